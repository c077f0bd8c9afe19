import { during, mayBeMute, mayRepeat, maySpeakForTheHandler } from './excuses';
import { isSuccess } from './invariants-of-copies';
import { newestJob, settledRequests, Step } from './step';
import { Correspondence } from '../../simulator/cloudformation/custom-resource';
import { readAnswer } from '../../simulator/cloudformation/custom-resource-answer';

/*
 * What CloudFormation and people are told.
 */

const LONGEST_REASON_BYTES = 1_024;

/** Every request is answered in time, and once: two deliveries start two waiters, and CloudFormation takes the first answer. */
export function answersEveryRequestOnce(steps: readonly Step[]): string[] {
  return settledRequests(steps.at(-1)!).flatMap(request => {
    const { event, answers, timedOut } = request;
    const what = `the ${event.RequestType} of ${event.LogicalResourceId}`;
    const weather = during(steps, request);
    if (timedOut && !isCancelled(steps, request) && !mayBeMute(weather)) return [`${what} was not answered in time`];
    return answers.length > 1 && !mayRepeat(weather) ? [`${what} was answered ${answers.length} times`] : [];
  });
}

/** CloudFormation does not wait any more, and may have deleted the functions. */
function isCancelled(steps: readonly Step[], { event, sent, settled = Infinity }: Correspondence): boolean {
  return steps.some(({ events }) => events.some(({ logicalId, reason = '', timestamp }) =>
    logicalId === event.LogicalResourceId && / cancelled$/.test(reason) && Date.parse(timestamp) >= sent && Date.parse(timestamp) <= settled));
}

/** Whatever is answered is an answer by CloudFormation's rules. */
export function answersByTheRules(steps: readonly Step[]): string[] {
  return settledRequests(steps.at(-1)!).flatMap(({ event, answers }) => answers
    .map(({ body }) => readAnswer(body, event).failure ?? '')
    .filter(failure => /^(Invalid Response|Response object)/.test(failure))
    .map(failure => `the ${event.RequestType} of ${event.LogicalResourceId}: ${failure}`));
}

/** A failure is one line of less than a kilobyte, and names the job or its copy. */
export function tellsFailures(steps: readonly Step[]): string[] {
  const { after } = steps.at(-1)!;
  return settledRequests(steps.at(-1)!).flatMap(correspondence => {
    const { event, answers: [first] } = correspondence;
    if (!first || isSuccess(first.body) || isCancelled(steps, correspondence) || maySpeakForTheHandler(during(steps, correspondence))) return [];
    const { Reason, PhysicalResourceId: id } = JSON.parse(first.body) as { Reason: string; PhysicalResourceId: string };
    const [said, rest = ''] = Reason.split(/\n+Logs: /);
    const request = `the ${event.RequestType} of ${event.LogicalResourceId} failed: ${Reason}`;
    if (Buffer.byteLength(said) >= LONGEST_REASON_BYTES) return [`too long: ${request}`];
    if (/\n\s+at /.test(said + rest)) return [`with a stack trace: ${request}`];
    if (/(Task|Operation) timed out/.test(said)) return [`the handler did not speak in time: ${request}`];
    const job = newestJob(id, after);
    const isNamed = !job || [job.copyJobId, job.destinationRecoveryPointArn].some(name => name && said.includes(name));
    // Of an update that failed before its job was started the id is the old one.
    return isNamed || id === event.PhysicalResourceId ? [] : [`without the job ${job.copyJobId}: ${request}`];
  });
}
