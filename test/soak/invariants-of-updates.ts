import { isForgetful, isGuarded, passes } from './excuses';
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
  if (!wasThere || isGuarded(steps)) was.lifecycle = is.lifecycle = '';
  if (!before.setting.waits) {
    // Nothing waits for the copy, so no template reads its ARN: it may have become known on the way, or not.
    was.arn = is.arn = '';
    [was.id, is.id] = [was.id, is.id].map(withoutCopies);
  }
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${JSON.stringify(was)} became ${JSON.stringify(is)}`];
}

/** The id, without the ARNs in it. */
function withoutCopies(id: string | undefined): string | undefined {
  return id?.replace(/\|arn:[^|]*\|/g, '||');
}

function lifecycleOf(snapshot: Snapshot): string {
  const { MoveToColdStorageAfterDays: cold = -1, DeleteAfterDays: end = -1 } = pointOf(heldJob(snapshot), snapshot)?.lifecycle ?? {};
  return `cold ${cold}, deleted ${end}`;
}

/** What only a fault of the handler's own can bring it to say. */
const OWN_FAULT = /Unexpected error in cdk-backup-copy-job|cannot be read by this release|The rollback goes back|is after another copy|with the properties of another copy/;

/** No rollback fails for a reason inside the handler, and none fails when what goes wrong passes. */
export function rollsBack(steps: readonly Step[]): string[] {
  const step = steps.at(-1)!;
  const failed = step.events.filter(({ status }) => status.endsWith('_FAILED'));
  const own = failed.filter(({ reason = '' }) => OWN_FAULT.test(reason)).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
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
  const wasWaiting = before.setting?.waits !== false || !before.setting.hasCopy;
  if (!passes(step) || isGuarded(steps) || asked?.token !== undefined || before.setting?.token !== undefined || !wasWaiting) return [];
  if (steps.some(({ scenario }) => scenario.faults.some(({ kind: fault }) => fault === 'notFound'))) return [];
  const failures = step.events.filter(({ status }) => status.endsWith('_FAILED')).map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('; ');
  if (kind === 'deploy' && !neighbourFails && !isDeployed(step)) return [`the stack is ${after.status}: ${failures}`];
  if (kind === 'delete' && after.status !== 'DELETE_COMPLETE' && !isForgetful(steps)) return [`the stack is ${after.status}: ${failures}`];
  return [];
}
