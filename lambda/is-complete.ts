import { CopyJob } from '@aws-sdk/client-backup';
import { describeCopyJob, describeRecoveryPoint } from './aws/aws-backup';
import { errorText } from './aws/aws-error';
import { Runtime } from './aws/runtime';
import { deleteCopy } from './copy/delete-copy';
import { followCopy } from './copy/follow-copy';
import { settleLifecycle } from './copy/lifecycle';
import { isElsewhere } from './copy/recovery-point';
import { attributesFor } from './messages/attributes';
import { CopyJobError } from './messages/copy-job-error';
import { newestEntry } from './messages/physical-id';
import { PollEvent, PollResult } from './messages/poll';
import { CopyRequest, parseRequest } from './messages/request';
import { Attributes } from '../src/contract';

/** Whether what `onEvent` began has ended. An error thrown here ends the deployment, so only the last word is one. */
export async function isComplete(runtime: Runtime, event: PollEvent): Promise<PollResult> {
  if (event.Phase === 'nothing') return { IsComplete: true };
  const request = parseRequest(event, runtime.now());
  const entry = newestEntry(event.PhysicalResourceId);
  if (!entry) {
    throw new CopyJobError(`The physical resource id '${event.PhysicalResourceId}' names no copy job to wait for. Deploy again.`);
  }
  switch (event.Phase) {
    case 'copying': return followCopy(runtime, request, event);
    case 'deleting': return deleteCopy(runtime, request, event);
    case 'settled': return { IsComplete: true, Data: await described(runtime, request, event) };
    case 'lifecycle': {
      const wanted = request.properties.Lifecycle ?? entry.lifecycle;
      const settling = wanted && { wanted, why: event.Settle!, operation: event.Operation! };
      if (settling && !await settleLifecycle(runtime, request, entry, settling)) return { IsComplete: false };
      return { IsComplete: true, Data: await described(runtime, request, event) };
    }
    default:
      // A deployment may change the functions between an event and its polls.
      throw new CopyJobError(`Another release of cdk-backup-copy-job left the step '${String(event.Phase)}', which this one does not know. `
        + 'Deploy again.');
  }
}

/** The attributes of a copy that was there before: from AWS Backup while it remembers the job, else what the id and the copy itself tell. */
async function described(runtime: Runtime, request: CopyRequest, event: PollEvent): Promise<Attributes> {
  const { copyJobId, recoveryPointArn } = newestEntry(event.PhysicalResourceId)!;
  try {
    const job = await describeCopyJob(runtime, request, copyJobId);
    const copied = { ...job, DestinationRecoveryPointArn: recoveryPointArn || job.DestinationRecoveryPointArn };
    return attributesFor(event, event.PhysicalResourceId, copyJobId, copied);
  } catch (error) {
    runtime.log('forgotten', { copyJobId, error: errorText(error) });
    const creation = event.CopyJobCreationTime;
    const remembered = creation === undefined ? {} : { CreationDate: new Date(creation) };
    const copied = recoveryPointArn ? { ...await toldByCopy(runtime, request, recoveryPointArn), DestinationRecoveryPointArn: recoveryPointArn, State: 'COMPLETED' as const } : {};
    return attributesFor(event, event.PhysicalResourceId, copyJobId, { ...remembered, ...copied });
  }
}

/** What the copy, where it may be looked at, tells of a job that AWS Backup has forgotten. Its own dates may be those of its source. */
async function toldByCopy(runtime: Runtime, request: CopyRequest, arn: string): Promise<CopyJob> {
  if (isElsewhere(request)) return {};
  try {
    const point = await describeRecoveryPoint(runtime, request.properties.DestinationBackupVaultArn, arn);
    const { ResourceArn, ResourceName, ResourceType, BackupSizeInBytes, IsParent, EncryptionKeyArn, VaultType } = point;
    return {
      ResourceArn,
      ResourceName,
      ResourceType,
      BackupSizeInBytes,
      IsParent,
      DestinationEncryptionKeyArn: EncryptionKeyArn,
      DestinationVaultType: VaultType,
    };
  } catch (error) {
    runtime.log('unknown', { recoveryPointArn: arn, error: errorText(error) });
    return {};
  }
}
