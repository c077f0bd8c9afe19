import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { OneTimeCopyJob, OneTimeCopyJobProvider } from 'cdk-backup-copy-job';

/** Every prop of the constructs, by literals. */
const app = new App();
const stack = new Stack(app, 'EveryProp', { env: { account: '111122223333', region: 'us-east-1' } });

const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  privateSubnetIds: ['subnet-0aaaaaaaaaaaaaaaa', 'subnet-0bbbbbbbbbbbbbbbb'],
  privateSubnetRouteTableIds: ['rtb-0aaaaaaaaaaaaaaaa', 'rtb-0bbbbbbbbbbbbbbbb'],
});
const provider = new OneTimeCopyJobProvider(stack, 'Provider', {
  pollInterval: Duration.seconds(20),
  vpc,
  vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
  securityGroups: [new SecurityGroup(stack, 'Group', { vpc })],
  logGroup: LogGroup.fromLogGroupName(stack, 'Logs', 'backup-copies'),
  environmentEncryption: new Key(stack, 'Key', { enableKeyRotation: true }),
});
const sourceBackupVault = BackupVault.fromBackupVaultName(stack, 'Source', 'prod');
const destinationBackupVault = BackupVault.fromBackupVaultArn(stack, 'Destination', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr');
const recoveryPointArn = 'arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1eb3b5e7-9eb0-435a-a80b-108b488b0d45';

new OneTimeCopyJob(stack, 'Kept', {
  recoveryPointArn,
  sourceBackupVault,
  destinationBackupVault,
  role: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/backup'),
  moveToColdStorageAfter: Duration.days(30),
  deleteAfter: Duration.days(365),
  optInToArchiveForSupportedResources: true,
  idempotencyToken: 'kept-once',
  timeout: Duration.hours(3),
  removalPolicy: RemovalPolicy.RETAIN,
  provider,
});
new OneTimeCopyJob(stack, 'Destroyed', {
  recoveryPointArn: 'arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0',
  sourceBackupVault,
  destinationBackupVault,
  timeout: Duration.hours(3),
  removalPolicy: RemovalPolicy.DESTROY,
});
new OneTimeCopyJob(stack, 'NotWaitedFor', {
  recoveryPointArn: 'arn:aws:fsx:us-east-1:111122223333:backup/backup-0123456789abcdef0',
  sourceBackupVault,
  destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Elsewhere', 'arn:aws:backup:eu-west-1:444455556666:backup-vault:dr'),
  removeLifecycle: true,
  waitForCompletion: false,
});

app.synth();
