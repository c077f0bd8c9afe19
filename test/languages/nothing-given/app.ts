import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { OneTimeCopyJob, OneTimeCopyJobProvider } from '../../../src';

/** What the apps beside it must give: they say `None`, `null` or `nil` where this one says nothing. */
const app = new App();
const stack = new Stack(app, 'DisasterRecoveryCopy', { env: { account: '111122223333', region: 'us-east-1' } });

OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.minutes(1) });

const copy = new OneTimeCopyJob(stack, 'Copy', {
  recoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
  sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
  destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Dr', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'),
});
new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });

app.synth();
