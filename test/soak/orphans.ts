import { isSuccess } from './invariants-of-copies';
import { heldJob, isAlive, jobToDelete, pointOf, settingOf, Step } from './step';

/** Why a copy under DESTROY is left that no stack holds. */
export const NO_ORPHANS = {
  'CloudFormation never told the resource': 0,
  'left running in a rollback, for the next deployment': 0,
  'its deletion failed, as the stack says': 0,
};

/** The copies under DESTROY that a history leaves behind, counted by cause. */
export function orphansOf(steps: readonly Step[]): Record<keyof typeof NO_ORPHANS, number> {
  const counts = { ...NO_ORPHANS };
  const { after: end } = steps.at(-1)!;
  for (const job of end.jobs) {
    if (!isAlive(pointOf(job, end)) || heldJob(end)?.copyJobId === job.copyJobId || settingOf(job, steps)?.policy !== 'DESTROY') continue;
    const deletions = end.requests.filter(request => jobToDelete(request, end)?.copyJobId === job.copyJobId);
    if (deletions.length === 0) counts['CloudFormation never told the resource'] += 1;
    else if (deletions.some(({ answers: [first] }) => first && isSuccess(first.body))) counts['left running in a rollback, for the next deployment'] += 1;
    else counts['its deletion failed, as the stack says'] += 1;
  }
  return counts;
}
