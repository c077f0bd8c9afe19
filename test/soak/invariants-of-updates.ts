import { isForgetful, isGuarded, isLiedTo, passes } from './excuses';
import { sameCopy } from './setting';
import { heldJob, isAlive, isDeployed, pointOf, Snapshot, Step } from './step';

/*
 * How updates and rollbacks end.
 */

/** After a rolled-back update: id, ARN, lifecycle and copy as before. */
export function rollsBackToWhatWas(steps: readonly Step[]): string[] {
  const { kind, before, after } = steps.at(-1)!;
  if (kind !== 'deploy' || after.status !== 'UPDATE_ROLLBACK_COMPLETE' || !before.setting?.hasCopy) return [];
  const [was, is] = [before, after].map(snapshot => ({
    id: snapshot.physicalId,
    arn: snapshot.attributes.DestinationRecoveryPointArn,
    lifecycle: lifecycleOf(snapshot),
  }));
  const wasThere = isAlive(pointOf(heldJob(before), before)) && isAlive(pointOf(heldJob(before), after));
  // A lifecycle is not written for a resource that does not exist, as CloudFormation says.
  if (!wasThere || isGuarded(steps) || isLiedTo(steps, 'DescribeStackResource')) was.lifecycle = is.lifecycle = '';
  if (!before.setting.waits) {
    // Nothing waits for the copy, so no template reads its ARN: what became of it may have become known on the way, or not.
    was.arn = is.arn = '';
    [was.id, is.id] = [was.id, is.id].map(jobsOnly);
  }
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${JSON.stringify(was)} became ${JSON.stringify(is)}`];
}

/** The id without the ARNs and lifecycles in it. */
function jobsOnly(id: string | undefined): string | undefined {
  return id?.replace(/\|[^|;]*\|([^|;]*)\|[^|;]*/g, '|$1');
}

function lifecycleOf(snapshot: Snapshot): string {
  const { MoveToColdStorageAfterDays: cold = -1, DeleteAfterDays: end = -1 } = pointOf(heldJob(snapshot), snapshot)?.lifecycle ?? {};
  return `cold ${cold}, deleted ${end}`;
}

/** What only a fault of the handler's own can bring it to say. */
const OWN_FAULT = /Unexpected error in cdk-backup-copy-job|cannot be read by this release|The rollback goes back|is after another copy/;
/** It keeps a copy rather than delete it by what was meant for another one, as a Delete after a rollback that failed may have it. */
const OTHER_COPY = /with the properties of another copy/;

/** CloudFormation gave up half-way: some resources are as they were, some as they should become. */
function isHalfDone({ status = '' }: Snapshot): boolean {
  return status === 'UPDATE_ROLLBACK_FAILED' || status === 'DELETE_FAILED';
}

/** No rollback fails for a reason inside the handler, and none fails when what goes wrong passes. */
export function rollsBack(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  // Only CloudFormation can tell that it goes back, and to what.
  if (isLiedTo([step], 'DescribeStacks', 'DescribeStackResource')) return [];
  const failed = step.events.filter(({ status }) => status.endsWith('_FAILED'));
  const own = failed.filter(({ reason = '' }) => OWN_FAULT.test(reason) || (OTHER_COPY.test(reason) && !isHalfDone(step.before))).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
  const stuck = passes(step) && /ROLLBACK_FAILED$/.test(step.after.status ?? '') && !isForgetful(steps);
  return stuck ? [...own, `${step.after.status}: ${failed.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('; ')}`] : own;
}

/** An id changes if and only if the copy changes. */
export function keepsTheIdOfAnUnchangedCopy(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { asked, before, after } = step;
  if (!isDeployed(step) || !asked?.hasCopy || !before.physicalId || asked.waits !== before.setting?.waits) return [];
  const same = before.physicalId === after.physicalId;
  if (sameCopy(asked, before.setting)) return same ? [] : [`nothing else is copied, but ${before.physicalId} became ${after.physicalId}`];
  return same && asked.id === before.setting?.id ? [`something else is copied under the same id ${after.physicalId}`] : [];
}

/** The attributes of a complete stack name the copy that was asked for, and it exists unless somebody else took it away. */
export function attributesNameTheCopy(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { asked, before, after } = step;
  if (!isDeployed(step) || !asked?.hasCopy || !asked.waits) return [];
  const arn = String(after.attributes.DestinationRecoveryPointArn);
  const job = after.jobs.find(({ destinationRecoveryPointArn }) => destinationRecoveryPointArn === arn);
  if (!job) return [`the ARN is '${arn}'`];
  const wasThere = sameCopy(asked, before.setting) && before.attributes.DestinationRecoveryPointArn === arn;
  if (!wasThere && !isAlive(after.points[arn])) return [`the new copy ${arn} is ${after.points[arn]?.status}`];
  return heldJob(after)?.copyJobId === job.copyJobId ? [] : [`${arn} is of job ${job.copyJobId}, not of the id's`];
}

/** A deployment or deletion that meets only what passes, and asks for nothing impossible, succeeds. */
export function survivesWhatPasses(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const { kind, asked, before, after, neighbourFails } = step;
  // What a user's own token once named, AWS Backup may not give for another copy, nor in the place of one that failed.
  const tokenIsUsed = asked?.token !== undefined && steps.slice(0, -1).some(earlier => earlier.asked?.token === asked.token);
  const isUnknownCopy = sameCopy(asked, before.setting) && (asked!.waits
    ? before.setting!.waits === false && isForgetful(steps)
    : asked!.deleteAfterDays !== before.setting!.deleteAfterDays);
  if (!passes(step) || isHalfDone(before) || isGuarded(steps) || tokenIsUsed || isUnknownCopy) return [];
  if (steps.some(({ scenario }) => scenario.faults.some(({ kind: fault }) => fault === 'notFound'))) return [];
  const failures = step.events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('; ');
  // A copy that AWS Backup has forgotten, or whose role is gone with an earlier stack, is not deleted: not by a deletion, nor by one
  // that a deployment begins with.
  const lostRole = /is EXPIRED/.test(failures) && steps.some(earlier => earlier.asked?.role === 'stack');
  if (after.status === 'DELETE_FAILED' && (isForgetful(steps) || lostRole)) return [];
  const isDone = kind === 'deploy' ? neighbourFails || isDeployed(step) : kind !== 'delete' || after.status === 'DELETE_COMPLETE';
  return isDone ? [] : [`the stack is ${after.status}: ${failures}`];
}
