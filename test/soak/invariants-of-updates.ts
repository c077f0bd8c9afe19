import { isForgetful, isGuarded, isLiedTo, passes } from './excuses';
import { isFailed, lifetime } from './invariants-of-copies';
import { daysAsked, pointArn, resourceOf, sameContent, sameCopy } from './setting';
import { COPY_TYPE, heldJob, isAlive, isDeployed, isHalfDone, pointOf, Snapshot, Step } from './step';

/*
 * How updates and rollbacks end.
 */

/** After a rolled-back update: id, ARN, lifecycle and copy as before. */
export function rollsBackToWhatWas(steps: readonly Step[]): string[] {
  const { kind, asked, before, after } = steps.at(-1)!;
  if (kind !== 'deploy' || after.status !== 'UPDATE_ROLLBACK_COMPLETE' || !before.setting?.hasCopy || isHalfDone(before)) return [];
  // Where CloudFormation, after a stack that was kept as it failed, goes back without a word, nobody can help it.
  if (!isAskedFor(steps.at(-1)!)) return [];
  const [was, is] = [before, after].map(snapshot => ({
    id: snapshot.physicalId,
    arn: snapshot.attributes.DestinationRecoveryPointArn,
    lifecycle: lifecycleOf(snapshot),
  }));
  const wasThere = isAlive(pointOf(heldJob(before), before)) && isAlive(pointOf(heldJob(before), after));
  // A lifecycle is not written for a resource that does not exist, as CloudFormation says.
  if (!wasThere || isGuarded(steps) || isLiedTo(steps, 'DescribeStackResource') || isCutOff(steps.at(-1)!)) was.lifecycle = is.lifecycle = '';
  // What AWS Backup made of 'never' may have had the source's end; put back, it has none.
  if (before.setting.lifecycle === 'never') was.lifecycle = is.lifecycle = '';
  // A longer life that another resource gave the copy before it was taken back stays: nothing is asked of the one that has it.
  if (resourceOf(asked!) !== resourceOf(before.setting) && livesLonger(before, after)) was.lifecycle = is.lifecycle = '';
  if (!before.setting.waits) {
    // Nothing waits for the copy, so no template reads its ARN: what became of it may have become known on the way, or not.
    was.arn = is.arn = '';
    [was.id, is.id] = [was.id, is.id].map(jobsOnly);
    // A job that had failed was started anew on the way, and is not gone back to.
    const failed = heldJob(before);
    if (failed && isFailed(failed) && was.id && is.id?.endsWith(was.id.replace('copy-job/1', ''))) was.id = is.id;
  }
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${JSON.stringify(was)} became ${JSON.stringify(is)}`];
}

/** CloudFormation does not tell what it does for as long as it waits: nothing may be written, and nothing that only looks fails a rollback. */
function isCutOff({ scenario }: Step): boolean {
  return scenario.faults.some(({ service, operation, times = Infinity, forSeconds = Infinity }) =>
    (service === 'cloudformation' || operation === 'DescribeRecoveryPoint') && times > 20 && forSeconds > 1_000);
}

/** The id without the ARNs and lifecycles in it. */
function jobsOnly(id: string | undefined): string | undefined {
  return id?.replace(/\|[^|;]*\|([^|;]*)\|[^|;]*/g, '|$1');
}

function livesLonger(before: Snapshot, after: Snapshot): boolean {
  const [was, is] = [before, after].map(snapshot => pointOf(heldJob(before), snapshot)?.lifecycle);
  return was !== undefined && is !== undefined && lifetime(is) > lifetime(was);
}

function lifecycleOf(snapshot: Snapshot): string {
  const { MoveToColdStorageAfterDays: cold = -1, DeleteAfterDays: end = -1 } = pointOf(heldJob(snapshot), snapshot)?.lifecycle ?? {};
  return `cold ${cold}, deleted ${end}`;
}

/** What only a fault of the handler's own can bring it to say. */
const OWN_FAULT = /Unexpected error in cdk-backup-copy-job|cannot be read by this release|The rollback goes back|is after another copy/;
/** It keeps a copy rather than delete it by what was meant for another one, as a Delete after a rollback that failed may have it. */
const OTHER_COPY = /with the properties of another copy/;

/** No rollback fails for a reason inside the handler, and none fails when what goes wrong passes. */
export function rollsBack(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  // Only CloudFormation can tell that it goes back, and to what.
  if (isLiedTo([step], 'DescribeStacks', 'DescribeStackResource')) return [];
  const failed = step.events.filter(({ status }) => status.endsWith('_FAILED'));
  const own = failed.filter(({ reason = '' }) => !isHalfDone(step.before) && (OWN_FAULT.test(reason) || OTHER_COPY.test(reason))).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
  const stuck = passes(step) && !isHalfDone(step.before) && /ROLLBACK_FAILED$/.test(step.after.status ?? '') && !isForgetful(steps);
  return stuck ? [...own, `${step.after.status}: ${failed.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('; ')}`] : own;
}

/** An id changes if and only if the copy changes. */
export function keepsTheIdOfAnUnchangedCopy(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { asked, before, after } = step;
  if (!isDeployed(step) || !asked?.hasCopy || !before.physicalId || isHalfDone(before) || asked.waits !== before.setting?.waits) return [];
  const same = before.physicalId === after.physicalId;
  if (sameCopy(asked, before.setting)) return same ? [] : [`nothing else is copied, but ${before.physicalId} became ${after.physicalId}`];
  return same && asked.id === before.setting?.id && !sameContent(asked, before.setting) ? [`something else is copied under the same id ${after.physicalId}`] : [];
}

/** The attributes of a complete stack name the copy that was asked for, and it exists unless somebody else took it away. */
export function attributesNameTheCopy(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { asked, before, after } = step;
  if (!isDeployed(step) || !asked?.hasCopy || !asked.waits) return [];
  const arn = String(after.attributes.DestinationRecoveryPointArn);
  // Nobody may look whether it is still there.
  if (asked.destination === 'elsewhere' && steps.some(({ lost }) => lost === 'copies')) return [];
  // What a rollback left without a copy CloudFormation does not ask for again.
  if (before.status === 'UPDATE_ROLLBACK_COMPLETE' && arn === '' && !isAskedFor(step)) return [];
  // Nor what was deleted by somebody since.
  if (!isAskedFor(step) && steps.some(({ lost }) => lost === 'copies')) return [];
  const job = after.jobs.find(({ destinationRecoveryPointArn }) => destinationRecoveryPointArn === arn);
  if (!job) return [`the ARN is '${arn}'`];
  // What the stack went back to is known by its id only.
  const wasThere = before.copyIds.includes(after.physicalId!)
    || (sameCopy(asked, before.setting) && before.attributes.DestinationRecoveryPointArn === arn);
  if (!wasThere && !isAlive(after.points[arn])) return [`the new copy ${arn} is ${after.points[arn]?.status}`];
  return heldJob(after)?.copyJobId === job.copyJobId ? [] : [`${arn} is of job ${job.copyJobId}, not of the id's`];
}

/** Whether CloudFormation asked for any copy. */
function isAskedFor({ before, after }: Step): boolean {
  return after.requests.slice(before.requests.length).some(({ event }) => event.ResourceType === COPY_TYPE);
}

/** A copy lives no shorter than its deployment asks for. */
export function livesAsLongAsAsked(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { asked, after } = step;
  const point = pointOf(heldJob(after), after);
  // CloudFormation says that the change is over, or AWS Backup that there is no copy.
  if (isLiedTo([step], 'DescribeStacks', 'DescribeStackResource', 'DescribeRecoveryPoint', 'UpdateRecoveryPointLifecycle')) return [];
  if (!isDeployed(step) || !asked?.hasCopy || !asked.waits || !isAlive(point)) return [];
  // A token of the user's names an earlier copy in another account, which nobody may change: that is accepted, and the log tells.
  if (asked.destination === 'elsewhere' && asked.token !== undefined) return [];
  const wanted = daysAsked(asked) ?? 0;
  return lifetime(point!.lifecycle) < wanted ? [`${point!.arn} is deleted after ${lifetime(point!.lifecycle)} days, not after ${wanted}`] : [];
}

/** A deployment or deletion that meets only what passes, and asks for nothing impossible, succeeds. */
export function survivesWhatPasses(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { kind, asked, before, after, neighbourFails } = step;
  // What a user's own token once named, AWS Backup may not give for another copy, nor in the place of one that failed.
  const tokenIsUsed = asked?.token !== undefined && steps.slice(0, -1).some(earlier => earlier.asked?.token === asked.token);
  const isUnknownCopy = asked?.waits
    ? isForgetful(steps) && steps.some(({ asked: earlier }) => sameCopy(asked, earlier) && !earlier!.waits)
    : sameCopy(asked, before.setting) && asked!.lifecycle !== before.setting!.lifecycle;
  // Nothing reaches into another account to change what a copy has.
  const isOutOfReach = asked?.destination === 'elsewhere' && sameCopy(asked, before.setting) && asked.lifecycle !== before.setting!.lifecycle;
  if (!passes(step) || isHalfDone(before) || isGuarded(steps) || tokenIsUsed || isUnknownCopy || isOutOfReach) return [];
  if (steps.some(({ scenario }) => scenario.faults.some(({ kind: fault }) => fault === 'notFound'))) return [];
  const failures = step.events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('; ');
  // A copy that AWS Backup has forgotten, or whose role is gone with an earlier stack, is not deleted: not by a deletion, nor by one
  // that a deployment begins with.
  // AWS Backup refuses the token of an earlier attempt, which had another role.
  if (/earlier attempt at this copy that had another copy role/.test(failures) && before.jobs.some(({ input }) => input.RecoveryPointArn === pointArn(asked!))) return [];
  const lostRole = /stays EXPIRED/.test(failures) && steps.some(earlier => earlier.asked?.role === 'stack');
  if (after.status === 'DELETE_FAILED' && (isForgetful(steps) || lostRole)) return [];
  const isDone = kind === 'deploy' ? neighbourFails || isDeployed(step) : kind !== 'delete' || after.status === 'DELETE_COMPLETE';
  return isDone ? [] : [`the stack is ${after.status}: ${failures}`];
}
