import { isForgetful, isLiedTo } from './excuses';
import { pointArn, sameCopy, sameRequest, vaultArn } from './setting';
import { deletionBegan, heldJob, isAlive, isDeployed, isHalfDone, jobsStarted, jobToDelete, pointOf, settingOf, settledRequests, Snapshot, Step } from './step';
import { CopyJobRecord } from '../../simulator/backup/copy-job';
import { Lifecycle } from '../../simulator/scenario';

/*
 * What is copied and what is deleted. Each takes all steps up to the one that it judges, and returns what is wrong with that.
 */

const HOUR = 3_600_000;

/** At most one copy per requested copy, as long as AWS honours the token and there is a copy to take over. */
export function startsNoSecondCopy(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  return jobsStarted(step).flatMap(second => {
    const first = step.after.jobs.find(job => job.createdAt <= second.createdAt && job.copyJobId !== second.copyJobId
      && isSameRequest(job, second, steps) && couldServe(job, second.createdAt, step.after));
    return first && !(isForgetful(steps) && mayBeForgotten(first, second, step))
      ? [`job ${second.copyJobId} copies what ${first.copyJobId} copies`]
      : [];
  });
}

/** What was started only just now AWS Backup knows, unless it knows nothing for long, or says of every copy that it is not there. */
function mayBeForgotten(first: CopyJobRecord, { createdAt }: CopyJobRecord, step: Step): boolean {
  const { before, scenario: { idempotency, jobHistorySeconds } } = step;
  return isLiedTo([step], 'DescribeRecoveryPoint') || first.createdAt < before.time || createdAt - first.createdAt > 5 * 60_000 || idempotency.forgetAfterSeconds === 0 || jobHistorySeconds === 0;
}

function isSameRequest(a: CopyJobRecord, b: CopyJobRecord, steps: readonly Step[]): boolean {
  const [left, right] = [a, b].map(job => settingOf(job, steps));
  return sameRequest(left, right) && isSameInput(a, b);
}

/** Whatever the role: where AWS Backup refuses a token for another one, nothing is copied. */
function isSameInput({ input: a }: CopyJobRecord, { input: b }: CopyJobRecord): boolean {
  const left = { ...a, IdempotencyToken: undefined, IamRoleArn: undefined };
  return JSON.stringify(left) === JSON.stringify({ ...b, IdempotencyToken: undefined, IamRoleArn: undefined });
}

function couldServe(job: CopyJobRecord, time: number, now: Snapshot): boolean {
  if (job.completedAt === undefined || job.completedAt > time) return true;
  const point = pointOf(job, now);
  // Somebody gave it a shorter life: it is not the copy any more that is asked for.
  if (point && lifetime(point.lifecycle) < lifetime(job.copyLifecycle)) return false;
  return job.state === 'COMPLETED' && (isAlive(point) || (point !== undefined && (deletionBegan(point) ?? 0) > time));
}

/** Only a deployment that asks for another copy than the stack holds starts a job; rollbacks and changes of settings do not. */
export function copiesOnlyWhatIsAskedFor(steps: readonly Step[]): string[] {
  return jobsStarted(steps.at(-1)!)
    .filter(job => !steps.some(step => asksFor(step, job)))
    .map(job => `job ${job.copyJobId} copies ${job.input.RecoveryPointArn} to ${job.input.DestinationBackupVaultArn}, which nothing asked for`);
}

function asksFor({ kind, asked, before, after, noRollback, scenario }: Step, { input, createdAt }: CopyJobRecord): boolean {
  const isDuring = createdAt >= before.time && createdAt <= after.time + HOUR;
  // A resource that is taken back in a stack which does not say so is asked for what it was.
  if (noRollback && scenario.stacks.keptReverts !== 'never' && isDuring) return true;
  const held = heldJob(before);
  const isHeld = sameCopy(asked, before.setting) && held !== undefined && !isHalfDone(before) && !isFailed(held);
  return kind === 'deploy' && !!asked?.hasCopy && isDuring
    && pointArn(asked) === input.RecoveryPointArn && vaultArn(asked) === input.DestinationBackupVaultArn
    && !isHeld;
}

/** No copy is deleted but one whose own resource CloudFormation deletes under DESTROY, and never the one that the stack holds. */
export function deletesOnlyWhatTheTemplateDeletes(steps: readonly Step[]): string[] {
  const { before, after } = steps.at(-1)!;
  const held = isStanding(after) ? pointOf(heldJob(after), after)?.arn : undefined;
  return after.jobs.flatMap(job => {
    const point = pointOf(job, after);
    const began = point && deletionBegan(point);
    if (!point || began === undefined || began <= before.time) return [];
    if (point.arn === held) return [`${point.arn} is deleted, and the stack holds it`];
    const isDeleted = after.requests.some(request => request.sent <= began && jobToDelete(request, after)?.copyJobId === job.copyJobId);
    return isDeleted ? [] : [`${point.arn} is deleted, and no Delete under DESTROY was of it`];
  });
}

function isStanding({ status }: Snapshot): boolean {
  return ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'].includes(status ?? '');
}

/** A copy made to be kept is not handed to a resource that deletes its copy. */
export function takesOverNothingThatIsKept(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const held = heldJob(step.after);
  // What the stack held is its own, even if its deployment failed.
  if (!isDeployed(step) || step.asked?.policy !== 'DESTROY' || !held || step.before.copyIds.some(id => id.includes(held.copyJobId))) return [];
  return settingOf(held, steps)?.policy === 'RETAIN' ? [`job ${held.copyJobId} was started under RETAIN`] : [];
}

/** Where CloudFormation was told that a copy is deleted, it is. */
export function deletesWhatTheTemplateDeletes(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  if (isLiedTo(steps, 'DescribeCopyJob', 'DescribeRecoveryPoint', 'DeleteRecoveryPoint', 'DescribeStacks', 'DescribeStackResource')) return [];
  return settledRequests(step).flatMap(request => {
    const { sent, answers, timedOut } = request;
    const job = jobToDelete(request, step.after);
    const isAnswered = !timedOut && answers.length > 0 && isSuccess(answers[0].body);
    if (!job || !isAnswered) return [];
    // What a job that failed did copy stays: AWS Backup does not say what it is.
    if (isFailed(job) || heldJob(step.after)?.copyJobId === job.copyJobId) return [];
    if (step.kind !== 'delete' && ((job.completedAt ?? Infinity) > sent || mayBeLeft(step))) return [];
    const point = pointOf(job, step.after);
    return point && point.status !== 'DELETED' ? [`${point.arn} is ${point.status}, though its deletion is complete`] : [];
  });
}

/** A stack that goes forward deletes nothing, nor does one that goes back where AWS Backup refuses it. */
function mayBeLeft({ before, after: { status = '' }, scenario: { vaults, faults, missingVaults, jobHistorySeconds } }: Step): boolean {
  const isRefused = vaults.length + missingVaults.length > 0 || jobHistorySeconds !== undefined
    || faults.some(({ kind, service }) => service === 'backup' && ['accessDenied', 'invalidRequest'].includes(kind));
  return isHalfDone(before) || isHalfDone({ status }) || (isRefused && status.includes('ROLLBACK'));
}

export function isFailed({ state }: CopyJobRecord): boolean {
  return ['FAILED', 'PARTIAL', 'ABORTED'].includes(state);
}

/** Whatever a complete stack says it has, it has, whoever made or deletes it. */
export function everyStackHasWhatItHolds(steps: readonly Step[]): string[] {
  const { held, points } = steps.at(-1)!.after;
  return Object.entries(held).flatMap(([stack, arns]) =>
    arns.filter(arn => points[arn]?.deletion !== undefined).map(arn => `${arn} is deleted, and the stack ${stack} holds it`));
}

/** Only a stack that holds a copy makes its life shorter. */
export function shortensNoOthersLife(steps: readonly Step[]): string[] {
  const { before, after } = steps.at(-1)!;
  return after.jobs.flatMap(job => {
    const [was, is] = [pointOf(job, before), pointOf(job, after)];
    if (!was || !is || lifetime(is.lifecycle) >= lifetime(was.lifecycle) || before.copyIds.some(id => id.includes(job.copyJobId))) return [];
    return [`${is.arn} was to be deleted after ${lifetime(was.lifecycle)} days, and now is after ${lifetime(is.lifecycle)}`];
  });
}

/** In days. */
export function lifetime({ DeleteAfterDays: days = -1 }: Lifecycle): number {
  return days === -1 ? Infinity : days;
}

export function isSuccess(body: string): boolean {
  return /"Status":"SUCCESS"/.test(body);
}
