import { App, Aws, CfnParameter, Duration, Fn, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role } from 'aws-cdk-lib/aws-iam';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';

/** What only the deployment knows, in every prop that takes it, under both removal policies. */
const app = new App();
for (const removalPolicy of [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY]) {
  const stack = new Stack(app, `Tokens-${removalPolicy}`);
  const text = (id: string, value: string) => new CfnParameter(stack, id, { default: value }).valueAsString;
  const days = (id: string, value: number) => Duration.days(new CfnParameter(stack, id, { type: 'Number', default: value }).valueAsNumber);

  const first = new OneTimeCopyJob(stack, 'First', {
    recoveryPointArn: text('Point', 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0'),
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', text('SourceName', 'prod')),
    destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Destination', text('DestinationName', 'dr')),
    role: Role.fromRoleArn(stack, 'Role', `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${text('RoleName', 'backup')}`),
    moveToColdStorageAfter: days('Cold', 30),
    deleteAfter: days('End', 365),
    idempotencyToken: removalPolicy === RemovalPolicy.RETAIN ? text('Token', 'once') : undefined,
    removalPolicy,
  });
  new OneTimeCopyJob(stack, 'OfTheFirst', {
    recoveryPointArn: first.destinationRecoveryPointArn,
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Second', text('SecondName', 'dr')),
    destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Third', text('ThirdArn', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr')),
    removalPolicy,
  });
  new OneTimeCopyJob(stack, 'OfAJoin', {
    recoveryPointArn: Fn.join('/', ['arn:aws:ec2:us-east-1::snapshot', text('SnapshotId', 'snap-00123456789abcdef')]),
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Fourth', 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Fifth', Fn.join('-', ['dr', text('Suffix', 'eu')])),
    removalPolicy,
  });
  new OneTimeCopyJob(stack, 'Late', {
    recoveryPointArn: Lazy.string({ produce: () => 'arn:aws:ec2:us-east-1::snapshot/snap-0fedcba9876543210' }),
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Sixth', Lazy.string({ produce: () => 'prod' })),
    destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Seventh', 'dr'),
    timeout: Duration.hours(2),
    removalPolicy,
  });
}

app.synth();
