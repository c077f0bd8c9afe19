import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';

/** A recovery point that a parameter of AWS Systems Manager names: in the template stands the name where the deployment puts the ARN. */
const app = new App();
for (const removalPolicy of [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY]) {
  const stack = new Stack(app, `SsmParameter-${removalPolicy}`);
  new OneTimeCopyJob(stack, 'Copy', {
    recoveryPointArn: StringParameter.valueForStringParameter(stack, '/backup/latest'),
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Destination', 'dr'),
    removalPolicy,
  });
}

app.synth();
