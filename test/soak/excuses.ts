import { Step } from './step';
import { Fault, FaultKind } from '../../simulator/scenario';

/*
 * What no handler can do anything about, so that an invariant does not hold there.
 */

const MINUTE = 60;

const DEADLY: readonly FaultKind[] = ['crashBefore', 'crashAfter', 'timeoutBefore', 'timeoutAfter'];

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

/** Functions die or cannot be called, or nothing reaches CloudFormation: what the provider framework makes of that is not the handler's. */
export function mayBeMute(steps: readonly Step[]): boolean {
  return steps.slice(-2).some(({ scenario: { faults, loseAnswers, deliverLate } }) => loseAnswers.length > 0 || deliverLate.length > 0
    || faults.some(({ service, kind }) => DEADLY.includes(kind) || ['lambda', 'states', 'response-url'].includes(service)));
}

/** One request may have two answers: it was delivered twice, or functions and calls were repeated. */
export function mayRepeat(steps: readonly Step[]): boolean {
  return mayBeMute(steps) || steps.slice(-2).some(({ scenario }) => scenario.deliverAgain.length > 0);
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
    case 'dropBeforeServing':
    case 'dropAfterServing':
    case 'malformedJson':
    case 'slow':
      return (service === 'backup' || service === 'cloudformation') && soon;
    default:
      return false;
  }
}
