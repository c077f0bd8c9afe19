import { CopyJob } from '@aws-sdk/client-backup';
import { failure, outcome } from './job-state';
import { settleLifecycle } from './lifecycle';
import { isElsewhere } from './recovery-point';
import { LifecycleProperties } from '../../src/contract';
import { describeCopyJob, describeRecoveryPoint } from '../aws/aws-backup';
import { errorText, mayPass } from '../aws/aws-error';
import { patiently } from '../aws/patience';
import { Runtime } from '../aws/runtime';
import { attributesFor } from '../messages/attributes';
import { CopyJobError } from '../messages/copy-job-error';
import { newestEntry, toldAnew } from '../messages/physical-id';
import { PollEvent, PollResult } from '../messages/poll';
import { CopyRequest, isLeg } from '../messages/request';

/** A denial in the middle of a long copy may be somebody's change of a moment. What else passes is for the next look. */
const MOMENTARY = { 'propagation': 60_000, 'no-room': 0, 'transient': 0, 'not-found': 0, 'final': 0 };

/** One look at a copy that is under way. The last look is at the deadline, whatever it sees. */
export async function followCopy(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<PollResult> {
  const { copyJobId } = newestEntry(event.PhysicalResourceId)!;
  const { job = {}, error } = await lookAt(runtime, request, event, copyJobId);
  runtime.log('poll', { copyJobId, ...error ? { error } : { state: job.State, statusMessage: job.StatusMessage } });
  switch (outcome(job)) {
    case 'failed':
      throw failure(copyJobId, job);
    case 'completed':
      return isLeg(event) ? { IsComplete: true } : complete(runtime, request, event, job);
    case 'pending':
      if (runtime.now() < request.deadline) return { IsComplete: false };
      // The next leg, or the copy itself, goes on waiting.
      if (isLeg(event)) return { IsComplete: true };
      throw timedOut(runtime, request, copyJobId, job, error);
  }
}

async function complete(runtime: Runtime, request: CopyRequest, event: PollEvent, job: CopyJob): Promise<PollResult> {
  const entry = newestEntry(event.PhysicalResourceId)!;
  const lifecycle = job.DestinationRecoveryPointLifecycle ?? await lifecycleOf(runtime, request, job.DestinationRecoveryPointArn!);
  const told = { ...entry, recoveryPointArn: job.DestinationRecoveryPointArn!, lifecycle };
  const { Lifecycle: wanted = lifecycle } = request.properties;
  if (event.Settle && wanted && !await settleLifecycle(runtime, request, told, { wanted, why: event.Settle, operation: 'forward' })) return { IsComplete: false };
  const id = toldAnew(told, event.PhysicalResourceId);
  return { IsComplete: true, PhysicalResourceId: id, Data: attributesFor(event, id, entry.copyJobId, job) };
}

/** What the copy has, where the job does not tell; only a later change of the lifecycle asks for it, so it may stay unknown. */
async function lifecycleOf(runtime: Runtime, request: CopyRequest, arn: string): Promise<LifecycleProperties | undefined> {
  if (isElsewhere(request)) return undefined;
  try {
    return (await describeRecoveryPoint(runtime, request.properties.DestinationBackupVaultArn, arn)).Lifecycle;
  } catch (error) {
    runtime.log('lifecycle-unknown', { recoveryPointArn: arn, error: errorText(error) });
    return undefined;
  }
}

/** One look at the job: an error that may pass is told, not thrown. */
async function lookAt(runtime: Runtime, request: CopyRequest, event: PollEvent, copyJobId: string): Promise<{ job?: CopyJob; error?: string }> {
  try {
    return { job: await patiently(runtime, request, 'describe-copy-job', () => describeCopyJob(runtime, request, copyJobId), MOMENTARY) };
  } catch (error) {
    const born = Math.max(request.time, event.CopyJobCreationTime ?? 0);
    if (mayPass(error, runtime.now() - born, event.Own)) return { error: errorText(error) };
    const cure = request.properties.WaitForCompletion && !event.Own && request.type === 'Update'
      ? 'If AWS Backup has forgotten the job, look for its copy in the vault: when it is not there, another idempotencyToken makes it anew.'
      : 'It may go on. Look it up in AWS Backup, then deploy again.';
    throw new CopyJobError(`Copy job ${copyJobId} was started, but AWS Backup does not show it: ${errorText(error)}. ${cure}`);
  }
}

function timedOut(runtime: Runtime, request: CopyRequest, copyJobId: string, job: CopyJob, error?: string): CopyJobError {
  const { Follow, TimeoutSeconds } = request.properties;
  const share = Follow ? 'last share of the timeout' : `timeout of ${minutes(TimeoutSeconds * 1_000)}`;
  const age = job.CreationDate ? `${minutes(runtime.now() - job.CreationDate.getTime())} after it was created, ` : '';
  return new CopyJobError(`Copy job ${copyJobId} is still ${job.State ?? 'not to be seen'}, ${age}and the ${share} `
    + `is over. ${error ? `The last look failed: ${error}. ` : ''}`
    + 'The job goes on: deploy again to wait for it anew, with a longer timeout if need be'
    + `${request.type === 'Create' ? `, and with the role ${request.properties.IamRoleArn.split('/').at(-1)}: by another one AWS Backup may not know the job again` : ''}.`);
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 60_000)} minutes`;
}
