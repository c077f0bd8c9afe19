import { BackupClient, DescribeBackupJobCommand, StartBackupJobCommand } from '@aws-sdk/client-backup';
import type { CdkCustomResourceEvent, CdkCustomResourceIsCompleteEvent, CdkCustomResourceIsCompleteResponse, CdkCustomResourceResponse } from 'aws-lambda';
import { untilAssumed } from './new-role';
import { isGone } from './recovery-points';

const backup = new BackupClient();

export async function onEvent(event: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> {
  if (event.RequestType !== 'Create') return {};
  const { BackupVaultName, ResourceArn, IamRoleArn } = event.ResourceProperties;
  const { BackupJobId } = await untilAssumed(() => backup.send(new StartBackupJobCommand({
    // What a failed test may leave goes by itself.
    BackupVaultName, ResourceArn, IamRoleArn, IdempotencyToken: event.RequestId, Lifecycle: { DeleteAfterDays: 7 },
  })));
  return { PhysicalResourceId: BackupJobId };
}

export async function isComplete(event: CdkCustomResourceIsCompleteEvent): Promise<CdkCustomResourceIsCompleteResponse> {
  const { BackupVaultName } = event.ResourceProperties;
  const { State, StatusMessage, RecoveryPointArn } = await backup.send(new DescribeBackupJobCommand({ BackupJobId: event.PhysicalResourceId }));
  if (event.RequestType === 'Delete') return { IsComplete: !RecoveryPointArn || await isGone(backup, BackupVaultName, RecoveryPointArn) };
  if (['ABORTED', 'EXPIRED', 'FAILED', 'PARTIAL'].includes(State!)) throw new Error(`The backup ended ${State}: ${StatusMessage}`);
  return State === 'COMPLETED' ? { IsComplete: true, Data: { RecoveryPointArn } } : { IsComplete: false };
}
