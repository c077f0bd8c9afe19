import { epochSeconds } from './copy-job';
import { coldTime, deletionTime } from './lifecycle';
import { RecoveryPoint } from './recovery-points';
import { vaultNameOf } from './vaults';

/** The answer of DescribeRecoveryPoint; JSON leaves out what is undefined. */
export function describeRecoveryPoint(
  point: RecoveryPoint, vault: { type: string; encryptionKeyArn: string }, { status, cold }: { status: string; cold: boolean },
): object {
  return {
    RecoveryPointArn: point.arn,
    BackupVaultName: vaultNameOf(point.vaultArn),
    BackupVaultArn: point.vaultArn,
    SourceBackupVaultArn: point.sourceBackupVaultArn,
    ResourceArn: point.resourceArn,
    ResourceType: point.resourceType,
    IamRoleArn: point.iamRoleArn,
    Status: status,
    StatusMessage: status === 'EXPIRED' ? 'AWS Backup could not delete the recovery point with the permissions of its IAM role' : undefined,
    CreationDate: epochSeconds(point.creationDate),
    InitiationDate: epochSeconds(point.initiationDate),
    CompletionDate: epochSeconds(point.completionDate),
    BackupSizeInBytes: 8_589_934_592,
    ...lifecycles(point),
    EncryptionKeyArn: vault.encryptionKeyArn,
    IsEncrypted: true,
    StorageClass: cold ? 'COLD' : 'WARM',
    IsParent: point.isParent,
    ResourceName: point.resourceArn.split(/[:/]/).pop(),
    VaultType: vault.type,
  };
}

/** The answer of UpdateRecoveryPointLifecycle. */
export function lifecycleAnswer(point: RecoveryPoint): object {
  return { BackupVaultArn: point.vaultArn, RecoveryPointArn: point.arn, ...lifecycles(point) };
}

function lifecycles({ creationDate, lifecycle }: RecoveryPoint): object {
  return {
    Lifecycle: lifecycle,
    CalculatedLifecycle: {
      MoveToColdStorageAt: seconds(coldTime(creationDate, lifecycle)),
      DeleteAt: seconds(deletionTime(creationDate, lifecycle)),
    },
  };
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : epochSeconds(milliseconds);
}
