import { CopyJob } from '@aws-sdk/client-backup';
import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { attributesOf, fitted } from './attributes';
import { describeCopyJob } from './aws-backup';
import { errorKind, errorText } from './aws-error';
import { CopyJobError } from './copy-job-error';
import { Handover } from './handover';
import { failure, outcome } from './job-state';
import { applyLifecycle } from './lifecycle';
import { newestEntry, newPhysicalId } from './physical-id';
import { CopyRequest, parseRequest } from './request';
import { Runtime } from './runtime';
import { Attributes } from '../src/contract';

export type PollEvent = CloudFormationCustomResourceEvent & Handover;

/** What the provider framework takes for an answer. An id given here replaces the one that `onEvent` gave. */
export interface PollResult {
  readonly IsComplete: boolean;
  readonly PhysicalResourceId?: string;
  readonly Data?: Attributes;
}

/** AWS Backup may not show a new job at once, nor IAM a new policy; what is unknown after this long stays unknown. */
const GRACE = 5 * 60_000;

const CLOUDFORMATION_LIMIT = 4_096;

/** Whether what `onEvent` began has ended. An error thrown here ends the deployment, so only the last word is one. */
export async function isComplete(runtime: Runtime, event: PollEvent): Promise<PollResult> {
  if (event.RequestType === 'Delete') return { IsComplete: true };
  const request = parseRequest(event, runtime.now());
  return event.Phase === 'copying' ? followCopy(runtime, request, event) : { IsComplete: true, Data: await settled(runtime, request, event) };
}

async function followCopy(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<PollResult> {
  const entry = newestEntry(event.PhysicalResourceId)!;
  const { copyJobId } = entry;
  const look = await lookAt(runtime, request, event, copyJobId);
  runtime.log('poll', { copyJobId, ...look.error ? { error: look.error } : { state: look.job?.State, statusMessage: look.job?.StatusMessage } });
  const job = look.job ?? {};
  switch (outcome(job)) {
    case 'failed':
      throw failure(copyJobId, job);
    case 'completed': {
      const recoveryPointArn = job.DestinationRecoveryPointArn!;
      if (event.Adopted && !await settleLifecycle(runtime, request, event, recoveryPointArn)) return { IsComplete: false };
      const id = newPhysicalId({ ...entry, recoveryPointArn, lifecycle: job.DestinationRecoveryPointLifecycle ?? {} });
      return { IsComplete: true, PhysicalResourceId: id, Data: fittedFor(event, id, attributesOf(copyJobId, job)) };
    }
    case 'pending':
      if (runtime.now() < request.deadline) return { IsComplete: false };
      throw new CopyJobError(`Copy job ${copyJobId} is still ${job.State ?? 'not to be seen'}, ${minutes(runtime.now() - event.CopyJobCreationTime!)} after it was `
        + `created, and the timeout of ${minutes(request.properties.TimeoutSeconds * 1_000)} is over. ${look.error ? `The last look failed: ${look.error}. ` : ''}`
        + 'The job goes on; deploy again to wait for it anew.');
  }
}

/** One look at the job: an error that may pass is told, not thrown. */
async function lookAt(runtime: Runtime, request: CopyRequest, event: PollEvent, copyJobId: string): Promise<{ job?: CopyJob; error?: string }> {
  try {
    return { job: await describeCopyJob(runtime, request, copyJobId) };
  } catch (error) {
    if (mayPass(runtime, request, event, error)) return { error: errorText(error) };
    throw new CopyJobError(`Copy job ${copyJobId} was started, but AWS Backup does not show it: ${errorText(error)}. `
      + 'It may go on. Look it up in AWS Backup, then deploy again.');
  }
}

/** Gives a copy that an earlier request started the lifecycle that this one asks for; false when it has to be tried again. */
async function settleLifecycle(runtime: Runtime, request: CopyRequest, event: PollEvent, recoveryPointArn: string): Promise<boolean> {
  const { Lifecycle: wanted } = request.properties;
  if (!wanted) return true;
  try {
    await applyLifecycle(runtime, request, recoveryPointArn, wanted);
    return true;
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    if (runtime.now() < request.deadline && mayPass(runtime, request, event, error)) {
      runtime.log('lifecycle', { recoveryPointArn, error: errorText(error) });
      return false;
    }
    throw new CopyJobError(`The copy ${recoveryPointArn} is complete, but its lifecycle could not be set: ${errorText(error)}.`);
  }
}

function mayPass(runtime: Runtime, request: CopyRequest, event: PollEvent, error: unknown): boolean {
  const young = runtime.now() < Math.max(request.time, event.CopyJobCreationTime!) + GRACE;
  switch (errorKind(error)) {
    case 'transient':
    case 'no-room': return true;
    case 'propagation': return young;
    case 'not-found': return young && !event.Adopted;
    case 'final': return false;
  }
}

/** The attributes of a copy that was there before: from AWS Backup while it remembers the job, else what the id knows. */
async function settled(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<Attributes> {
  const { copyJobId, recoveryPointArn } = newestEntry(event.PhysicalResourceId)!;
  let job: CopyJob = { DestinationRecoveryPointArn: recoveryPointArn, State: 'COMPLETED' };
  try {
    job = { ...job, ...await describeCopyJob(runtime, request, copyJobId) };
  } catch (error) {
    runtime.log('forgotten', { copyJobId, error: errorText(error) });
  }
  return fittedFor(event, event.PhysicalResourceId, attributesOf(copyJobId, job));
}

/** The attributes, cut to what the response has room for beside what the framework puts into it. */
function fittedFor(event: PollEvent, physicalResourceId: string, attributes: Attributes): Attributes {
  const { StackId, RequestId, LogicalResourceId } = event;
  const frame = { Status: 'SUCCESS', Reason: 'SUCCESS', StackId, RequestId, PhysicalResourceId: physicalResourceId, LogicalResourceId, Data: {} };
  return fitted(attributes, CLOUDFORMATION_LIMIT - Buffer.byteLength(JSON.stringify(frame)));
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 60_000)} minutes`;
}
