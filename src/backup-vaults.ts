import { Token } from 'aws-cdk-lib';
import { IBackupVault } from 'aws-cdk-lib/aws-backup';
import { IConstruct } from 'constructs';
import { invalidProp } from './invalid-prop';

/**
 * What a user may call a vault, and how AWS calls that of Amazon EFS.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
 * @see https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html
 */
const VAULT_NAME = /^([a-zA-Z0-9_-]{2,50}|aws\/efs\/automatic-backup-vault)$/;

/** The parts of a backup vault's ARN. That a Region or an account is missing is an error of its own. */
const VAULT_ARN = [/^arn$/, /^aws[a-z-]*$/, /^backup$/, /^[a-z0-9-]*$/, /^(\d{12})?$/, /^backup-vault$/, VAULT_NAME];

/** Checks what is known of one vault: its name and ARN, and that neither Region nor account is empty. */
export function checkVault(scope: IConstruct, prop: string, vault?: IBackupVault): void {
  if (!vault?.env) {
    throw invalidProp(scope, prop, vault, 'it must be a backup vault. Use e.g. BackupVault.fromBackupVaultName(this, \'Vault\', \'name\').');
  }
  const { region, account } = vault.env;
  if (!Token.isUnresolved(vault.backupVaultName) && !VAULT_NAME.test(vault.backupVaultName)) {
    throw invalidProp(scope, prop, vault.backupVaultName,
      'a backup vault name has 2 to 50 characters out of letters, digits, hyphens and underscores. Take the name from the vault\'s page in AWS Backup.');
  }
  if (vault.backupVaultArn.split(':')[5] === 'vault') {
    throw invalidProp(scope, prop, vault.backupVaultArn, 'the ARN of a backup vault has backup-vault there; some pages of AWS have it wrong. '
      + 'Use arn:partition:backup:region:account:backup-vault:name.');
  }
  if (!mayBeVaultArn(vault.backupVaultArn)) {
    throw invalidProp(scope, prop, vault.backupVaultArn,
      'a backup vault has an ARN of the form arn:partition:backup:region:account:backup-vault:name. Take it from the vault\'s page in AWS Backup.');
  }
  for (const [part, value] of [['Region', region], ['account', account]]) {
    if (value === '') {
      throw invalidProp(scope, prop, vault.backupVaultArn,
        `the vault's ARN names no ${part}. Use arn:partition:backup:region:account:backup-vault:name, or BackupVault.fromBackupVaultName.`);
    }
  }
}

/** Whether what is literal in an ARN is what it is in a backup vault's. */
function mayBeVaultArn(arn: string): boolean {
  const parts = arn.split(':');
  if (parts.length !== VAULT_ARN.length) return Token.isUnresolved(arn);
  return parts.every((part, i) => Token.isUnresolved(part) || VAULT_ARN[i].test(part));
}

/** Whether both are known to be one vault. */
export function isSameVault(a: IBackupVault, b: IBackupVault): boolean {
  // A text that is made later may not be asked for now, and is another one than any other.
  const place = ({ backupVaultName, env: { region, account } }: IBackupVault) => JSON.stringify([backupVaultName, region, account]);
  return a === b || place(a) === place(b);
}

/** Whether both values are known at synth and differ. */
export function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
}
