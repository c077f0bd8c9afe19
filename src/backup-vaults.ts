import { Stack, Token } from 'aws-cdk-lib';
import { IBackupVault } from 'aws-cdk-lib/aws-backup';
import { IConstruct } from 'constructs';
import { invalidProp } from './invalid-prop';

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html */
const VAULT_NAME = /^[a-zA-Z0-9_-]{2,50}$/;

/** Checks what is known of one vault: its name, and that neither Region nor account is empty. */
export function checkVault(scope: IConstruct, prop: string, vault: IBackupVault): void {
  const { region, account } = vault.env;
  if (!Token.isUnresolved(vault.backupVaultName) && !VAULT_NAME.test(vault.backupVaultName)) {
    throw invalidProp(scope, prop, vault.backupVaultName,
      'a backup vault name has 2 to 50 characters out of letters, digits, hyphens and underscores. Take the name from the vault\'s page in AWS Backup.');
  }
  for (const [part, value] of [['Region', region], ['account', account]]) {
    if (value === '') {
      throw invalidProp(scope, prop, vault.backupVaultArn,
        `the vault's ARN names no ${part}. Use arn:partition:backup:region:account:backup-vault:name, or BackupVault.fromBackupVaultName.`);
    }
  }
}

/** Whether both are known to be one vault. */
export function isSameVault(scope: IConstruct, a: IBackupVault, b: IBackupVault): boolean {
  const stack = Stack.of(scope);
  const place = ({ backupVaultName, env: { region, account } }: IBackupVault) => JSON.stringify(stack.resolve([backupVaultName, region, account]));
  return a === b || place(a) === place(b);
}

/** Whether both values are known at synth and differ. */
export function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && !Token.isUnresolved(a) && !Token.isUnresolved(b) && a !== b;
}
