import { arn } from '../names';
import { PlainType } from './plain-type';

interface Lock {
  readonly MinRetentionDays?: number;
  readonly MaxRetentionDays?: number;
}

/** Vaults of both kinds: AWS Backup copies into them. */
export const backupVault: PlainType = vault('BACKUP_VAULT');
export const airGappedVault: PlainType = vault('LOGICALLY_AIR_GAPPED_BACKUP_VAULT');

function vault(type: 'BACKUP_VAULT' | 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT'): PlainType {
  return {
    seconds: [1, 5],
    replacedBy: ['BackupVaultName', 'EncryptionKeyArn'],
    identify: (request, place) => {
      const name = String(request.properties.BackupVaultName);
      return { physicalId: name, attributes: { BackupVaultName: name, BackupVaultArn: arn(place, 'backup', `backup-vault:${name}`) } };
    },
    apply: (_logicalId, { attributes, properties }, { services }) => {
      const lock = (properties.LockConfiguration ?? properties) as Lock;
      services.backup.putVault({
        arn: String(attributes.BackupVaultArn),
        type,
        ...(properties.LockConfiguration === undefined ? {} : { locked: true }),
        ...(lock.MinRetentionDays === undefined ? {} : { minRetentionDays: Number(lock.MinRetentionDays) }),
        ...(lock.MaxRetentionDays === undefined ? {} : { maxRetentionDays: Number(lock.MaxRetentionDays) }),
        ...(properties.EncryptionKeyArn === undefined ? {} : { encryptionKeyArn: String(properties.EncryptionKeyArn) }),
      });
    },
    remove: ({ attributes }, { services }) => services.backup.deleteVault(String(attributes.BackupVaultArn)),
  };
}
