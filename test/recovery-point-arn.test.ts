import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { COPY_TYPE, copyJob } from './sample-job';

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

const PLACES = [
  ['aws', 'us-east-1', '111122223333'],
  ['aws', 'us-east-1', ''],
  ['aws-cn', 'cn-north-1', '111122223333'],
  ['aws-cn', 'cn-north-1', ''],
  ['aws-us-gov', 'us-gov-west-1', '111122223333'],
  ['aws-us-gov', 'us-gov-west-1', ''],
] as const;

describe.each(FORMATS)('the recovery point of %s', (_type, service, resource) => {
  it.each(PLACES)('passes unaltered in partition %s, Region %s, account \'%s\'', (partition, region, account) => {
    const arn = `arn:${partition}:${service}:${region}:${account}:${resource}`;
    copy(arn).hasResourceProperties(COPY_TYPE, { RecoveryPointArn: arn });
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
