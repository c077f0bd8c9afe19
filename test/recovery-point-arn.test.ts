import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { COPY_TYPE, copyJob, ENV } from './sample-job';

function copy(recoveryPointArn: string, stack = new Stack(new App(), 'S')): Template {
  copyJob(stack, { recoveryPointArn, destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Destination', 'dr') });
  return Template.fromStack(stack);
}

const JOB = 'job-0a1b2c3d-4e5f-6789-abcd-ef0123456789';
const UUID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';

/** What a recovery point's ARN says after partition and, in `service:resource`, around Region and account. */
const FORMATS = [
  ['EBS', 'ec2', 'snapshot/snap-0123456789abcdef0'],
  ['AMI', 'ec2', 'image/ami-0123456789abcdef0'],
  ['RDS', 'rds', `snapshot:awsbackup:${JOB}`],
  ['Aurora, DocumentDB and Neptune', 'rds', `cluster-snapshot:awsbackup:${JOB}`],
  ['DynamoDB, basic', 'dynamodb', 'table/Orders/backup/01616161616161-0a1b2c3d'],
  ['FSx', 'fsx', 'backup/backup-0123456789abcdef0'],
  ['Redshift', 'redshift', `snapshot:warehouse/awsbackup:${JOB}`],
  ['Redshift Serverless', 'redshift-serverless', `snapshot:warehouse/awsbackup:${JOB}`],
  ['EFS and all that AWS Backup manages fully', 'backup', `recovery-point:${UUID}`],
  ['S3', 'backup', 'recovery-point:my-bucket-20260101000000-0a1b2c3d'],
  ['composite', 'backup', `recovery-point:composite:cloudformation/${UUID}`],
  ['continuous', 'backup', `recovery-point:continuous:${UUID}`],
] as const;

const PLACES = [['aws', 'us-east-1'], ['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']] as const;

describe.each(FORMATS)('the recovery point of %s', (_type, service, resource) => {
  const [account, wrong] = service === 'ec2' ? ['', '111122223333'] : ['111122223333', ''];

  it.each(PLACES)('passes unaltered in partition %s, Region %s', (partition, region) => {
    const arn = `arn:${partition}:${service}:${region}:${account}:${resource}`;
    copy(arn).hasResourceProperties(COPY_TYPE, { RecoveryPointArn: arn });
  });

  it('is refused where an account is missing, or one too many', () => {
    const arn = `arn:aws:${service}:us-east-1:${wrong}:${resource}`;
    expect(() => copy(arn)).toThrow(service === 'ec2'
      ? `S/Copy: recoveryPointArn is '${arn}', but the ARN of an EBS snapshot or an AMI names no account. Leave it out: arn:aws:ec2:region::snapshot/snap-id.`
      : `S/Copy: recoveryPointArn is '${arn}', but a recovery point of this service has the account in its ARN.`);
  });
});

it.each(['aws-iso', 'aws-iso-b', 'aws-eusc'])('passes in partition %s', partition => {
  const arn = `arn:${partition}:ec2:eusc-de-east-1::snapshot/snap-0123456789abcdef0`;
  copy(arn).hasResourceProperties(COPY_TYPE, { RecoveryPointArn: arn });
});

it('passes for a service that came after this library', () => {
  const arn = `arn:aws:newdb:us-east-1:111122223333:snapshot:awsbackup:${JOB}`;
  copy(arn).hasResourceProperties(COPY_TYPE, { RecoveryPointArn: arn });
});

it('passes as what the CDK puts in the place of a context value to be looked up', () => {
  const stack = new Stack(new App(), 'S', { env: ENV });
  const arn = StringParameter.valueFromLookup(stack, '/backup/latest');
  copy(arn, stack).hasResourceProperties(COPY_TYPE, { RecoveryPointArn: 'dummy-value-for-/backup/latest' });
});

it('is refused in another account than the source vault', () => {
  const arn = `arn:aws:backup:us-east-1:444455556666:recovery-point:${UUID}`;
  expect(() => copy(arn, new Stack(new App(), 'S', { env: ENV })))
    .toThrow(`S/Copy: recoveryPointArn is '${arn}', but the source vault 'prod' is in the account 111122223333, and AWS Backup copies only what is there. Deploy`);
});

it.each([
  ['elasticfilesystem', 'arn:aws:elasticfilesystem:us-east-1:111122223333:file-system/fs-0123456789abcdef0'],
  ['lambda', 'arn:aws:lambda:us-east-1:111122223333:function:copy'],
  ['timestream', 'arn:aws:timestream:us-east-1:111122223333:database/d/table/t'],
])('is refused as the ARN of a resource of %s, which keeps no recovery points', (service, arn) => {
  expect(() => copy(arn)).toThrow(`S/Copy: recoveryPointArn is '${arn}', but the service '${service}' keeps no recovery points: AWS Backup keeps those of its resources`);
});

it('passes as a token', () => {
  const stack = new Stack(new App(), 'S');
  const parameter = new CfnParameter(stack, 'RecoveryPoint');
  copy(parameter.valueAsString, stack).hasResourceProperties(COPY_TYPE, { RecoveryPointArn: { Ref: 'RecoveryPoint' } });
});

it.each([
  ['nothing', ''],
  ['an id', 'snap-0123456789abcdef0'],
  ['a bucket', 'arn:aws:s3:::my-bucket'],
  ['a role, which has no Region', 'arn:aws:iam::111122223333:role/backup'],
  ['no resource', 'arn:aws:ec2:us-east-1::'],
  ['a short account', 'arn:aws:backup:us-east-1:1111:recovery-point:x'],
  ['another partition than AWS has', 'arn:azure:ec2:us-east-1::snapshot/snap-0123456789abcdef0'],
  ['any recovery point', 'arn:aws:ec2:us-east-1::snapshot/*'],
  ['one of several recovery points', 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef?'],
  ['a trailing space', 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0 '],
])('is refused when it is %s', (_what, arn) => {
  expect(() => copy(arn)).toThrow(new Error(`S/Copy: recoveryPointArn is '${arn}', but a recovery point ARN has the form `
    + 'arn:partition:service:region:account:resource with a Region (the account may be empty) and no wildcard. '
    + 'Copy it from the recovery point\'s page in the AWS Backup console or from ListRecoveryPointsByBackupVault.'));
});

it.each([
  ['volume', 'arn:aws:ec2:us-east-1:111122223333:volume/vol-0123456789abcdef0', 'ec2', '\'snapshot/*\' or \'image/*\''],
  ['instance', 'arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0', 'ec2', '\'snapshot/*\' or \'image/*\''],
  ['snapshot without an id', 'arn:aws:ec2:us-east-1::snapshot/', 'ec2', '\'snapshot/*\' or \'image/*\''],
  ['database', 'arn:aws:rds:us-east-1:111122223333:db:orders', 'rds', '\'snapshot:awsbackup:*\' or \'cluster-snapshot:awsbackup:*\''],
  ['snapshot of one\'s own', 'arn:aws:rds:us-east-1:111122223333:snapshot:mine', 'rds', '\'snapshot:awsbackup:*\' or \'cluster-snapshot:awsbackup:*\''],
  ['table', 'arn:aws:dynamodb:us-east-1:111122223333:table/Orders', 'dynamodb', '\'table/*/backup/*\''],
  ['file system', 'arn:aws:fsx:us-east-1:111122223333:file-system/fs-0123456789abcdef0', 'fsx', '\'backup/*\''],
  ['cluster', 'arn:aws:redshift:us-east-1:111122223333:cluster:warehouse', 'redshift', '\'snapshot:*\''],
  ['workgroup', 'arn:aws:redshift-serverless:us-east-1:111122223333:workgroup/w', 'redshift-serverless', '\'snapshot*\''],
  ['vault', 'arn:aws:backup:us-east-1:111122223333:backup-vault:prod', 'backup', '\'recovery-point:*\''],
  ['plan', `arn:aws:backup:us-east-1:111122223333:backup-plan:${UUID}`, 'backup', '\'recovery-point:*\''],
])('is refused when it is the ARN of a %s', (_what, arn, service, endings) => {
  expect(() => copy(arn)).toThrow(new Error(`S/Copy: recoveryPointArn is '${arn}', but a recovery point of the service '${service}' has an ARN `
    + `that ends in ${endings}. Give the ARN of the recovery point, not that of the resource, the vault or the job.`));
});
