import { CopyJob } from '@aws-sdk/client-backup';
import { deleteRecoveryPoint, describeCopyJob, describeRecoveryPoint } from './aws-backup';
import { errorKind, errorText, mayPass } from './aws-error';
import { CopyJobError } from './copy-job-error';
import { outcome } from './job-state';
import { contentHash, newestEntry } from './physical-id';
import { PollEvent, PollResult } from './poll';
import { CopyRequest } from './request';
import { Runtime } from './runtime';
import { physicalIdOf, stackOperation } from './stack';

const DONE: PollResult = { IsComplete: true };
const NOT_YET: PollResult = { IsComplete: false };

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
    switch (outcome(job)) {
      case 'completed': return await deletePoint(runtime, request, event, job.DestinationRecoveryPointArn!);
      case 'failed': return DONE;
      case 'pending': return await leaveOrAwait(runtime, request, copyJobId, late);
    }
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    runtime.log('delete', { what, error: said });
    if (!late && mayPass(error, runtime.now() - request.time)) return NOT_YET;
    throw new CopyJobError(`${what} was not deleted: ${said}. ${wayOut(said)}`);
  }
}

/** A job whose end the resource never saw: only it tells what was copied. */
async function rememberedJob(runtime: Runtime, request: CopyRequest, copyJobId: string): Promise<CopyJob> {
  try {
    return await describeCopyJob(runtime, request, copyJobId);
  } catch (error) {
    if (errorKind(error) !== 'not-found') throw error;
    throw new CopyJobError(`AWS Backup has forgotten copy job ${copyJobId}, so what it copied to ${request.properties.DestinationBackupVaultArn} is not known. `
      + 'Nothing was deleted. Look for the copy there and delete it, and let CloudFormation retain the resource.');
  }
}

/** What a job that still runs is going to copy. */
async function leaveOrAwait(runtime: Runtime, request: CopyRequest, copyJobId: string, late: boolean): Promise<PollResult> {
  if (await stackOperation(runtime, request, 'once') !== 'removal') {
    // The next deployment takes it over; waiting for it here would only hold up the rollback.
    runtime.log('left-running', { copyJobId });
    return DONE;
  }
  if (late) throw new CopyJobError(`Copy job ${copyJobId} still runs, and what it copies cannot be deleted before it ends. Delete again when it has ended.`);
  return NOT_YET;
}

async function deletePoint(runtime: Runtime, request: CopyRequest, event: PollEvent, arn: string): Promise<PollResult> {
  const vaultArn = request.properties.DestinationBackupVaultArn;
  const status = await statusOf(runtime, vaultArn, arn);
  runtime.log('delete', { recoveryPointArn: arn, status });
  if (status === undefined) return DONE;
  if (status === 'EXPIRED') {
    throw new CopyJobError(`${arn} is EXPIRED: AWS Backup could not delete it, mostly because the copy role is gone. Allow iam:CreateServiceLinkedRole for backup.amazonaws.com, `
      + 'or delete it with the service that keeps it, then delete again.');
  }
  if (runtime.now() >= request.deadline) throw new CopyJobError(`${arn} is still ${status}. Delete again.`);
  if (status === 'DELETING') return NOT_YET;
  if (!await isStillToBeDeleted(runtime, request, event)) return DONE;
  await deleteRecoveryPoint(runtime, vaultArn, arn);
  return NOT_YET;
}

/** A late second delivery must not delete what a newer deployment has taken over. */
async function isStillToBeDeleted(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<boolean> {
  const operation = await stackOperation(runtime, request, 'once');
  if (operation === 'over' || operation === 'forward') return false;
  const held = await physicalIdOf(runtime, request, event.LogicalResourceId, 'once');
  return !held || newestEntry(held)?.copyJobId !== newestEntry(event.PhysicalResourceId)!.copyJobId;
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
