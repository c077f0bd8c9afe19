import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';

/** A copy of a copy: from Virginia to Ireland, and from there to Frankfurt. The second job waits for the first. */
const app = new App();
const stack = new Stack(app, 'ChainedCopies', { env: { account: '111122223333', region: 'us-east-1' } });

const virginia = BackupVault.fromBackupVaultName(stack, 'Virginia', 'prod');
const ireland = BackupVault.fromBackupVaultArn(stack, 'Ireland', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr');
const frankfurt = BackupVault.fromBackupVaultArn(stack, 'Frankfurt', 'arn:aws:backup:eu-central-1:111122223333:backup-vault:dr');

const first = new OneTimeCopyJob(stack, 'ToIreland', {
  recoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
  sourceBackupVault: virginia,
  destinationBackupVault: ireland,
});
const second = new OneTimeCopyJob(stack, 'ToFrankfurt', {
  recoveryPointArn: first.destinationRecoveryPointArn,
  sourceBackupVault: ireland,
  destinationBackupVault: frankfurt,
});
new CfnOutput(stack, 'InIreland', { value: first.destinationRecoveryPointArn });
new CfnOutput(stack, 'InFrankfurt', { value: second.destinationRecoveryPointArn });

app.synth();
