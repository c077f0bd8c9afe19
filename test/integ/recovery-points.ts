import { BackupClient, DeleteRecoveryPointCommand, DescribeRecoveryPointCommand, ResourceNotFoundException } from '@aws-sdk/client-backup';

/** Deletes the recovery point; true when it is gone. To be called again until then: AWS Backup takes its time. */
export async function isGone(backup: BackupClient, BackupVaultName: string, RecoveryPointArn: string): Promise<boolean> {
  try {
    const { Status } = await backup.send(new DescribeRecoveryPointCommand({ BackupVaultName, RecoveryPointArn }));
    if (Status !== 'DELETING') await backup.send(new DeleteRecoveryPointCommand({ BackupVaultName, RecoveryPointArn }));
    return false;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return true;
    throw error;
  }
}
