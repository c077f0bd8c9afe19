import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { AccountPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';

/**
 * A copy into the vault of another account of the same organization, whose management account has enabled cross-account backup.
 *
 * Deploy `CentralVault` first, into the other account.
 */
const app = new App();
const source = { account: '111122223333', region: 'us-east-1' };
const central = { account: '444455556666', region: 'us-east-1' };

// The other account's side: its vault takes copies from the source account, and has a key of its own, as AWS managed keys cannot be shared.
// The key's default policy leaves it to IAM who in that account may use it, and AWS Backup's role there may.
const centralVault = new Stack(app, 'CentralVault', { env: central });
new BackupVault(centralVault, 'Vault', {
  backupVaultName: 'central',
  encryptionKey: new Key(centralVault, 'Key', { enableKeyRotation: true }),
  accessPolicy: new PolicyDocument({
    statements: [new PolicyStatement({ actions: ['backup:CopyIntoBackupVault'], principals: [new AccountPrincipal(source.account)], resources: ['*'] })],
  }),
});

// The source account's side: a vault, and its key, which the other account may use to read what is copied.
const stack = new Stack(app, 'CrossAccountCopy', { env: source });
const key = new Key(stack, 'Key', { enableKeyRotation: true });
const sourceVault = new BackupVault(stack, 'Vault', { backupVaultName: 'prod', encryptionKey: key });
const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];
key.grant(new AccountPrincipal(central.account), ...use);
key.addToResourcePolicy(new PolicyStatement({
  actions: ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
  principals: [new AccountPrincipal(central.account)],
  resources: ['*'],
  conditions: { Bool: { 'kms:GrantIsForAWSResource': true } },
}));

// To be added when the vault has the recovery point.
const copy = new OneTimeCopyJob(stack, 'Copy', {
  recoveryPointArn: 'arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
  sourceBackupVault: sourceVault,
  destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Central', 'arn:aws:backup:us-east-1:444455556666:backup-vault:central'),
  moveToColdStorageAfter: Duration.days(30),
  deleteAfter: Duration.days(365),
});
key.grant(copy.role, ...use, 'kms:CreateGrant');
new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });

app.synth();
