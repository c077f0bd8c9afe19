import { CopyJob } from '@aws-sdk/client-backup';
import { failureHint } from './failure-hint';
import { CopyJobError, sentence } from '../messages/copy-job-error';

export type Outcome = 'completed' | 'failed' | 'pending';

/** What a copy job's state means. A state that no published model knows is one that something else may follow. */
export function outcome({ State: state, DestinationRecoveryPointArn: arn }: CopyJob): Outcome {
  switch (state as string | undefined) {
    case 'COMPLETED':
      return arn ? 'completed' : 'pending';
    case 'FAILED':
    case 'PARTIAL':
    case 'ABORTED':
      return 'failed';
    default:
      return 'pending';
  }
}

/** What a user reads of a copy job that ended without a copy. */
export function failure(copyJobId: string, job: CopyJob): CopyJobError {
  const said = (job.StatusMessage ?? 'AWS Backup gives no reason.').slice(0, 400);
  const category = job.MessageCategory ? ` (${job.MessageCategory})` : '';
  const children = job.ChildJobsInState ? ` Its ${job.NumberOfChildJobs} child jobs by state: ${JSON.stringify(job.ChildJobsInState)}.` : '';
  return new CopyJobError(`Copy job ${copyJobId} ended ${job.State}${category}: ${sentence(said)}${children} ${failureHint(said, 'Look the job up in AWS Backup, mend the cause, and deploy again.')}`);
}
