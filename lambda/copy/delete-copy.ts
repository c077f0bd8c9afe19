import { CopyJob } from '@aws-sdk/client-backup';
import { outcome } from './job-state';
import { deleteRecoveryPoint, describeCopyJob, describeRecoveryPoint } from '../aws/aws-backup';
import { errorKind, errorText, mayPass } from '../aws/aws-error';
import { Runtime } from '../aws/runtime';
import { CopyResource, copyResources, stackOperation } from '../aws/stack';
import { CopyJobError } from '../messages/copy-job-error';
import { contentHash, mayHold, newestEntry } from '../messages/physical-id';
import { PollEvent, PollResult } from '../messages/poll';
import { CopyRequest } from '../messages/request';

const DONE: PollResult = { IsComplete: true };
const NOT_YET: PollResult = { IsComplete: false };

/** AWS Backup may show a job so late. */
const NEW_JOB = 2 * 60_000;

/** AWS Backup deletes what is EXPIRED once it has a role for it again: what stays so this long needs somebody's help. */
const EXPIRED_PATIENCE = 10 * 60_000;

/** One step of deleting the copy that the id's newest entry tells of, until it is gone. */
export async function deleteCopy(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<PollResult> {
  const { copyJobId, recoveryPointArn, contentHash: hash } = newestEntry(event.PhysicalResourceId)!;
  const what = recoveryPointArn || `the copy of job ${copyJobId}`;
  if (hash !== contentHash(request.properties)) {
    throw new CopyJobError(`CloudFormation asks to delete ${what} with the properties of another copy, so its vault is not known. Nothing was deleted. `
      + 'Delete it in AWS Backup, and let CloudFormation retain the resource.');
  }
  const late = runtime.now() >= request.deadline;
  try {
    if (recoveryPointArn) return await deletePoint(runtime, request, event, recoveryPointArn);
    const job = await rememberedJob(runtime, request, copyJobId);
    if (!job) return runtime.now() < request.time + NEW_JOB ? NOT_YET : letGo(runtime, event, forgotten(copyJobId, request));
    switch (outcome(job)) {
      case 'completed': return await deletePoint(runtime, request, event, job.DestinationRecoveryPointArn!);
      case 'failed': return DONE;
      case 'pending': return await leaveOrAwait(runtime, request, event, copyJobId, late);
    }
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    runtime.log('delete', { what, error: said });
    if (!late && (errorKind(error) === 'not-found' || mayPass(error, runtime.now() - request.time))) return NOT_YET;
    const message = `${what} was not deleted: ${said}. ${wayOut(said)}`;
    if (errorKind(error) === 'final' || errorKind(error) === 'propagation') return letGo(runtime, event, message);
    throw new CopyJobError(message);
  }
}

/** What AWS will not have deleted is an error, and in a rollback, which it would only hold up, a line in the log. */
function letGo(runtime: Runtime, { Operation }: PollEvent, message: string): PollResult {
  if (Operation !== 'rollback') throw new CopyJobError(message);
  runtime.log('left', { because: message });
  return DONE;
}

/** A job whose end the resource never saw: only it tells what was copied. */
async function rememberedJob(runtime: Runtime, request: CopyRequest, copyJobId: string): Promise<CopyJob | undefined> {
  try {
    return await describeCopyJob(runtime, request, copyJobId);
  } catch (error) {
    if (errorKind(error) === 'not-found') return undefined;
    throw error;
  }
}

function forgotten(copyJobId: string, { properties }: CopyRequest): string {
  return `AWS Backup has forgotten copy job ${copyJobId}, so what it copied to ${properties.DestinationBackupVaultArn} is not known. `
    + 'Nothing was deleted. Look for the copy there and delete it, and let CloudFormation retain the resource.';
}

/** What a job that still runs is going to copy. */
async function leaveOrAwait(runtime: Runtime, request: CopyRequest, event: PollEvent, copyJobId: string, late: boolean): Promise<PollResult> {
  if (event.Operation === 'rollback' || await stackOperation(runtime, request, 'once') !== event.Operation) {
    // The next deployment takes it over; waiting for it here would only hold up the rollback.
    runtime.log('left-running', { copyJobId });
    return DONE;
  }
  if (!late) return NOT_YET;
  if (await standingOf(runtime, request, event) === 'held') return DONE;
  throw new CopyJobError(`Copy job ${copyJobId} still runs, and what it copies cannot be deleted before it ends. Delete again when it has ended.`);
}

async function deletePoint(runtime: Runtime, request: CopyRequest, event: PollEvent, arn: string): Promise<PollResult> {
  const vaultArn = request.properties.DestinationBackupVaultArn;
  // Within one vault a copy might be told by its source's name.
  if (arn === request.properties.RecoveryPointArn) return DONE;
  const status = await statusOf(runtime, vaultArn, arn);
  runtime.log('delete', { recoveryPointArn: arn, status });
  if (status === undefined) return DONE;
  if (status === 'EXPIRED' && runtime.now() > request.time + EXPIRED_PATIENCE) {
    throw new CopyJobError(`${arn} stays EXPIRED: AWS Backup cannot delete it, mostly because the copy role is gone. Create that role again, or allow `
      + 'iam:CreateServiceLinkedRole for backup.amazonaws.com, then delete again; or delete it with the service that keeps it.');
  }
  if (runtime.now() >= request.deadline) throw new CopyJobError(`${arn} is still ${status} when the time for its deletion is over; the log tells what held it up. Delete again.`);
  if (status === 'DELETING') return NOT_YET;
  switch (await standingOf(runtime, request, event)) {
    case 'held': return DONE;
    case 'not shown': return NOT_YET;
    case 'free': {
      await deleteRecoveryPoint(runtime, vaultArn, arn);
      return NOT_YET;
    }
  }
}

/** Whether the copy may be deleted, by what CloudFormation shows now. What it shows may be older than the request, and then tells nothing. */
async function standingOf(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<'free' | 'held' | 'not shown'> {
  const { copyJobId } = newestEntry(event.PhysicalResourceId)!;
  const standing = await look();
  runtime.log('standing', { copyJobId, standing });
  return standing;

  async function look() {
    // Another operation: this is a late second delivery, and a newer deployment may have taken the copy over.
    if (await stackOperation(runtime, request, 'once') !== event.Operation) return 'held';
    const resources = await copyResources(runtime, request);
    const isTheDeleted = ({ stackId, logicalId, physicalId }: CopyResource) =>
      stackId === request.stack.id && logicalId === request.logicalId && physicalId === event.PhysicalResourceId;
    if (resources.some(resource => !isTheDeleted(resource) && resource.physicalId && mayHold(resource.physicalId, copyJobId))) return 'held';
    return resources.some(resource => isTheDeleted(resource) || !resource.physicalId) ? 'not shown' : 'free';
  }
}

async function statusOf(runtime: Runtime, vaultArn: string, arn: string): Promise<string | undefined> {
  try {
    return (await describeRecoveryPoint(runtime, vaultArn, arn)).Status ?? 'in an unknown state';
  } catch (error) {
    if (errorKind(error) === 'not-found') return undefined;
    throw error;
  }
}

function wayOut(said: string): string {
  if (/legal hold/i.test(said)) return 'Release the legal hold, then delete again.';
  if (/lock/i.test(said)) return 'The vault lock keeps it until its minimum retention is over: delete again then, or let go of it with removalPolicy RETAIN.';
  if (/AccessDenied|not authorized/i.test(said)) return 'Is the vault still there, and does its access policy allow the deletion? Then delete again, or let go of it with removalPolicy RETAIN.';
  return 'Mend the cause, then delete again, or let go of it with removalPolicy RETAIN.';
}
