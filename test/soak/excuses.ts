import { Step } from './step';
import { Correspondence } from '../../simulator/cloudformation/custom-resource';
import { Fault, FaultKind, Scenario } from '../../simulator/scenario';

/*
 * What no handler can do anything about, so that an invariant does not hold there.
 */

const MINUTE = 60;

const DEADLY: readonly FaultKind[] = ['crashBefore', 'crashAfter', 'timeoutBefore', 'timeoutAfter'];

/** Only the provider framework and its waiter call these. */
const FRAMEWORK: readonly string[] = ['lambda', 'states', 'response-url'];

/** The call is served, and who made it does not know. */
const UNHEARD: readonly FaultKind[] = ['dropAfterServing', 'halfAnswer', 'malformedJson', 'slow'];

/** What held while a request was open. */
export function during(steps: readonly Step[], { sent, settled = Infinity }: Correspondence): Scenario[] {
  return steps.filter(({ before, after }) => sent <= after.time && settled >= before.time).map(({ scenario }) => scenario);
}

/** AWS says of something that it does not exist, though it does. */
export function isLiedTo(steps: readonly Step[], ...operations: string[]): boolean {
  return steps.some(({ scenario }) => scenario.faults.some(({ kind, operation }) => kind === 'notFound' && operations.includes(operation)));
}

/** AWS Backup has lost tokens or jobs, or says so. */
export function isForgetful(steps: readonly Step[]): boolean {
  return isLiedTo(steps, 'DescribeCopyJob', 'DescribeRecoveryPoint')
    || steps.some(({ kind, scenario: { idempotency, jobHistorySeconds } }) => kind === 'lose'
      || idempotency.forgetAfterSeconds !== undefined || jobHistorySeconds !== undefined);
}

/** Faults that make functions die, or that cut off the provider framework: what that makes of them is not the handler's. */
function cutsOff({ service, kind }: Fault): boolean {
  return DEADLY.includes(kind) || FRAMEWORK.includes(service);
}

/** What is answered may be what the provider framework says, not the handler: it waits for its own role less than a minute. */
export function maySpeakForTheHandler(scenarios: readonly Scenario[]): boolean {
  return scenarios.some(({ faults, deliverLate, iamPropagationSeconds }) =>
    deliverLate.length > 0 || iamPropagationSeconds >= MINUTE || faults.some(cutsOff));
}

/** A request may have no answer in time: it came late, its answer got lost, or all that Lambda and the framework try came to nothing. */
export function mayBeMute(scenarios: readonly Scenario[]): boolean {
  const cut = scenarios.flatMap(({ faults }) => faults.filter(cutsOff));
  return scenarios.some(({ loseAnswers, deliverLate }) => loseAnswers.length + deliverLate.length > 0)
    || cut.length > 1 || cut.some(({ times = Infinity, forSeconds = Infinity }) => times > 2 && forSeconds > 100)
    // The function that answers hangs until Lambda ends it, and CloudFormation waits only minutes longer than the handler.
    || cut.some(({ service, kind }) => service === 'response-url' && kind.startsWith('timeout'));
}

/** A request may have two answers: it was delivered twice, or somebody did not hear of what was done and did it again. */
export function mayRepeat(scenarios: readonly Scenario[]): boolean {
  return scenarios.some(({ deliverAgain, faults }) => deliverAgain.length > 0
    || faults.some(({ service, kind }) => DEADLY.includes(kind) || (FRAMEWORK.includes(service) && UNHEARD.includes(kind))));
}

/** Recovery points cannot be deleted or changed, and that is what AWS is asked for. */
export function isGuarded(steps: readonly Step[]): boolean {
  return steps.some(({ scenario }) => scenario.vaults.length > 0);
}

/** Whatever goes wrong passes soon, and nothing that is asked for is impossible. */
export function passes({ scenario, before }: Step): boolean {
  const { faults, copyJobs, jobHistorySeconds = Infinity, deliverLate, loseAnswers, vaults, iamPropagationSeconds } = scenario;
  return faults.every(isSurvivable)
    && copyJobs.every(({ endState, createdSeconds, runningSeconds }) => endState === 'COMPLETED' && createdSeconds + runningSeconds <= 8 * MINUTE)
    && before.jobs.every(({ completedAt }) => completedAt !== undefined)
    && jobHistorySeconds > 10 * MINUTE
    && iamPropagationSeconds <= MINUTE
    && deliverLate.length + loseAnswers.length + vaults.length === 0;
}

function isSurvivable({ service, kind, times = Infinity, forSeconds = Infinity }: Fault): boolean {
  const soon = times <= 3 || forSeconds <= 100;
  switch (kind) {
    case 'accessDenied':
    case 'roleNotAssumable':
      return (service === 'backup' || service === 'cloudformation') && (times <= 3 || forSeconds <= 40);
    case 'throttling':
    case 'serviceUnavailable':
    case 'limitExceeded':
    case 'connectionRefused':
    case 'halfAnswer':
    case 'dropBeforeServing':
    case 'dropAfterServing':
    case 'malformedJson':
    case 'slow':
      return (service === 'backup' || service === 'cloudformation') && soon;
    default:
      return false;
  }
}
