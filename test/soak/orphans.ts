import { isSuccess } from './invariants-of-copies';
import { COPY_TYPE, heldJob, isAlive, newestJob, pointOf, propertiesOf, settingOf, Step } from './step';

/** Why a copy under DESTROY is left that no stack holds. */
export const NO_ORPHANS = {
  'CloudFormation never told the resource': 0,
  'left running in a rollback, for the next deployment': 0,
  'its deletion failed, as the stack says': 0,
};

export type OrphanCause = keyof typeof NO_ORPHANS;

/** The copies under DESTROY that a history leaves behind, counted by cause. */
export function orphansOf(steps: readonly Step[]): Record<OrphanCause, number> {
  const counts = { ...NO_ORPHANS };
  const { after: end } = steps.at(-1)!;
  for (const job of end.jobs) {
    if (!isAlive(pointOf(job, end)) || heldJob(end)?.copyJobId === job.copyJobId || settingOf(job, steps)?.policy !== 'DESTROY') continue;
    const deletions = end.requests.filter(request => request.event.RequestType === 'Delete' && request.event.ResourceType === COPY_TYPE
      && propertiesOf(request).RemovalPolicy === 'destroy' && newestJob(request.event.PhysicalResourceId, end)?.copyJobId === job.copyJobId);
    if (deletions.length === 0) counts['CloudFormation never told the resource'] += 1;
    else if (deletions.some(({ answers: [first] }) => first && isSuccess(first.body))) counts['left running in a rollback, for the next deployment'] += 1;
    else counts['its deletion failed, as the stack says'] += 1;
  }
  return counts;
}
