import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';

/** A large volume: the deployment waits up to eight hours, by nine resources that hand the copy job on. */
const app = new App();
const stack = new Stack(app, 'LongCopy', { env: { account: '111122223333', region: 'us-east-1' } });

const copy = new OneTimeCopyJob(stack, 'Copy', {
  recoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
  sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
  destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Dr', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'),
  timeout: Duration.hours(8),
});
new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });

app.synth();
