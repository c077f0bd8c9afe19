import { App, Aws, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role } from 'aws-cdk-lib/aws-iam';
import { OneTimeCopyJob, OneTimeCopyJobProvider } from 'cdk-backup-copy-job';

/** One template for any account and Region: the recovery point is a parameter, the copy stays for 100 years, the role is a long-lived one. */
const app = new App();
const stack = new Stack(app, 'AnywhereCopy');

const recoveryPoint = new CfnParameter(stack, 'RecoveryPointArn', {
  default: 'arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
});
OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.minutes(1) });
const copy = new OneTimeCopyJob(stack, 'Copy', {
  recoveryPointArn: recoveryPoint.valueAsString,
  sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
  destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Archive', 'archive'),
  role: Role.fromRoleArn(stack, 'BackupRole', `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/service-role/AWSBackupDefaultServiceRole`),
  deleteAfter: Duration.days(36500),
});
new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });
new CfnOutput(stack, 'Size', { value: copy.backupSizeInBytes });

app.synth();
