import { mayBeMute, mayRepeat } from './excuses';
import { isSuccess } from './invariants-of-copies';
import { newestJob, settledRequests, Step } from './step';
import { readAnswer } from '../../simulator/cloudformation/custom-resource-answer';

/*
 * What CloudFormation and people are told.
 */

const LONGEST_REASON_BYTES = 1_024;

/** Every request is answered once, in time. */
export function answersEveryRequestOnce(steps: readonly Step[]): string[] {
  return settledRequests(steps.at(-1)!).flatMap(({ event, answers, timedOut }) => {
    const request = `the ${event.RequestType} of ${event.LogicalResourceId}`;
    if (timedOut && !mayBeMute(steps)) return [`${request} was not answered in time`];
    return answers.length > 1 && !mayRepeat(steps) ? [`${request} was answered ${answers.length} times`] : [];
  });
}

/** Whatever is answered is an answer by CloudFormation's rules. */
export function answersByTheRules(steps: readonly Step[]): string[] {
  return settledRequests(steps.at(-1)!).flatMap(({ event, answers }) => answers
    .map(({ body }) => readAnswer(body, event).failure ?? '')
    .filter(failure => /^(Invalid Response|Response object)/.test(failure))
    .map(failure => `the ${event.RequestType} of ${event.LogicalResourceId}: ${failure}`));
}

/** What Lambda and the provider framework say when the handler could not speak. */
const NOT_OURS = new RegExp(['framework\.js', 'Runtime exited', 'Task timed out', 'TimeoutError', 'Operation timed out', 'Rate Exceeded', 'TooManyRequests', 'Service ?Exception',
  'ServiceUnavailable', 'Service Unavailable', 'socket hang up', 'ECONNRESET', 'Throttling', 'lambda:', 'states:', 'JSON', 'Deserialization', 'Function not found',
  'State ?Machine'].join('|'), 'i');

/** A failure is one line of less than a kilobyte, and names the job or its copy. */
export function tellsFailures(steps: readonly Step[]): string[] {
  const { after } = steps.at(-1)!;
  return settledRequests(steps.at(-1)!).flatMap(({ event, answers: [first] }) => {
    if (!first || isSuccess(first.body)) return [];
    const { Reason, PhysicalResourceId: id } = JSON.parse(first.body) as { Reason: string; PhysicalResourceId: string };
    const [said, rest = ''] = Reason.split(/\n+Logs: /);
    const request = `the ${event.RequestType} of ${event.LogicalResourceId} failed: ${Reason}`;
    if (mayBeMute(steps) && NOT_OURS.test(Reason)) return [];
    if (Buffer.byteLength(said) >= LONGEST_REASON_BYTES) return [`too long: ${request}`];
    if (/\n\s+at /.test(said + rest)) return [`with a stack trace: ${request}`];
    const job = newestJob(id, after);
    const isNamed = !job || [job.copyJobId, job.destinationRecoveryPointArn].some(name => name && said.includes(name));
    // Of an update that failed before its job was started the id is the old one.
    return isNamed || id === event.PhysicalResourceId ? [] : [`without the job ${job.copyJobId}: ${request}`];
  });
}
