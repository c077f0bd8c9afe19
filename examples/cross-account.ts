import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Key } from 'aws-cdk-lib/aws-kms';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';

/**
 * A copy into the vault of another account of the same organization.
 *
 * That vault's access policy allows backup:CopyIntoBackupVault, it is encrypted with a customer managed key, and cross-account backup
 * is enabled in the organization's management account.
 */
const app = new App();
const stack = new Stack(app, 'CrossAccountCopy', { env: { account: '111122223333', region: 'us-east-1' } });

const copy = new OneTimeCopyJob(stack, 'Copy', {
  recoveryPointArn: 'arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
  sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
  destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Vault', 'arn:aws:backup:us-east-1:444455556666:backup-vault:central'),
  moveToColdStorageAfter: Duration.days(30),
  deleteAfter: Duration.days(365),
});
// What grantEncryptDecrypt allows, and what AWS asks for besides, without its wildcards.
new Key(stack, 'SourceKey', { enableKeyRotation: true }).grant(copy.role,
  'kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom', 'kms:ReEncryptTo');
new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });

app.synth();
