import { App, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from 'cdk-backup-copy-job';
import { Construct } from 'constructs';

/** Copies in a stack and in stacks nested in it, by providers of their own and by a shared one, of every type of recovery point. */
const app = new App();
const stack = new Stack(app, 'Root', { env: { account: '111122223333', region: 'us-east-1' } });

const POINTS = [
  'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
  'arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1',
  'arn:aws:dynamodb:us-east-1:111122223333:table/orders/backup/01234567890123-0a1b2c3d',
  'arn:aws:redshift:us-east-1:111122223333:snapshot:warehouse/awsbackup:job-1',
  'arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
];

function copies(scope: Construct, props: Partial<OneTimeCopyJobProps>): void {
  POINTS.forEach((recoveryPointArn, n) => new OneTimeCopyJob(scope, `Copy${n}`, {
    recoveryPointArn,
    sourceBackupVault: BackupVault.fromBackupVaultName(scope, `Source${n}`, 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultArn(scope, `Destination${n}`, 'arn:aws:backup:eu-central-1:111122223333:backup-vault:dr'),
    ...props,
  }));
}

const provider = OneTimeCopyJobProvider.getOrCreate(stack);
copies(stack, {});
copies(new NestedStack(stack, 'Shared'), { provider, timeout: Duration.hours(2), removalPolicy: RemovalPolicy.DESTROY });
copies(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), { removalPolicy: RemovalPolicy.DESTROY });

app.synth();
