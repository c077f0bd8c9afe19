import { Setting } from './setting';
import { jobsStarted, Step } from './step';
import { FAULTS } from './weather';

/** What a step met besides faults of calls. */
const MET: Readonly<Record<string, (step: Step) => number>> = {
  'delivered late': step => step.scenario.deliverLate.length > 0 ? requestsSent(step).filter(({ deliveries }) => deliveries > 0).length : 0,
  'delivered twice': step => requestsSent(step).filter(({ deliveries }) => deliveries > 1).length,
  'answers lost': step => step.scenario.loseAnswers.length > 0 ? requestsSent(step).filter(({ timedOut }) => timedOut).length : 0,
  'waiter started twice': ({ before, after }) => after.waitersStartedTwice - before.waitersStartedTwice,
  'job FAILED': step => jobsOfState(step, 'FAILED'),
  'job PARTIAL': step => jobsOfState(step, 'PARTIAL'),
  'job ABORTED': step => jobsOfState(step, 'ABORTED'),
  'job state going backwards': step => jobsThatShow(step, 'CREATED'),
  'job in an unknown state': step => jobsThatShow(step, 'COMPLETING'),
  'job completed without an ARN': step => jobsThatShow(step, 'COMPLETED'),
  'token brought the job back': step => linesOf(step, 'adopted'),
  'token refused': step => linesOf(step, 'token-refused'),
  'tokens forgotten': ({ kind, lost, scenario }) => Number(lost === 'tokens' || (kind === 'deploy' && scenario.idempotency.forgetAfterSeconds !== undefined)),
  'jobs forgotten': ({ kind, lost, scenario }) => Number(lost === 'jobs' || (kind !== 'lose' && scenario.jobHistorySeconds !== undefined)),
  'copies gone': ({ lost }) => Number(lost === 'copies'),
  'vault that keeps its copies': ({ scenario }) => scenario.vaults.length,
  'under another stack name': ({ asked }) => Number(asked?.stackName === 'Twin'),
  'in a nested stack': ({ asked }) => Number(!!asked?.hasCopy && asked.place === 'nested'),
  'moved to another stack or logical id': ({ asked, before }) => Number(isMoved(asked, before.setting)),
  'into another account': ({ asked }) => Number(!!asked?.hasCopy && asked.destination === 'elsewhere'),
  'by a token of the user': ({ asked }) => Number(!!asked?.hasCopy && asked.token !== undefined),
  'recovery point known at deployment': ({ asked }) => Number(!!asked?.hasCopy && asked.pointIs === 'parameter'),
  'lifecycle not echoed': ({ asked, scenario }) => Number(asked?.lifecycle === 'cold' || scenario.lifecycleEcho !== 'actual'),
  'kept as it failed': ({ after: { status } }) => Number(status === 'CREATE_FAILED' || status === 'UPDATE_FAILED'),
  'gone on from what failed': ({ kind, before: { status } }) => Number(kind === 'deploy' && (status === 'CREATE_FAILED' || status === 'UPDATE_FAILED')),
  'rolled back by the user': ({ kind }) => Number(kind === 'rollBack'),
  'resources shown late': ({ scenario }) => Number(scenario.resourceLagSeconds > 0),
  'neighbour fails': ({ neighbourFails }) => Number(neighbourFails),
};

function isMoved(asked: Setting | undefined, before: Setting | undefined): boolean {
  return !!asked?.hasCopy && !!before?.hasCopy && (asked.place !== before.place || asked.logicalId !== before.logicalId);
}

const FAULT_NAMES = FAULTS.map(({ service, kind }) => `${service} ${kind}`);

/** Everything that can be met, with nothing met yet. */
export const NO_TROUBLE: Readonly<Record<string, number>> = Object.fromEntries([...FAULT_NAMES, ...Object.keys(MET)].map(name => [name, 0]));

/** How often each kind of trouble was met. */
export function troubleOf(step: Step): Record<string, number> {
  return { ...step.faults, ...Object.fromEntries(Object.entries(MET).map(([name, count]) => [name, count(step)])) };
}

function requestsSent({ before, after }: Step) {
  return after.requests.slice(before.requests.length);
}

function jobsOfState(step: Step, state: string): number {
  return jobsStarted(step).filter(({ rule }) => rule.endState === state).length;
}

function jobsThatShow(step: Step, state: string): number {
  return jobsStarted(step).filter(({ rule }) => rule.stages?.some(stage => stage.state === state)).length;
}

function linesOf({ logs }: Step, said: string): number {
  return logs.filter(line => line.startsWith(`{"step":"${said}"`)).length;
}
