import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { Aws, CfnCondition, CfnParameter, CfnResource, Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';
import { integApp } from './integ-app';

const RECOVERY_POINTS = {
  Backup: 'arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
  Snapshot: 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
  Image: 'arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0',
  Database: 'arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
  Cluster: 'arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
  Table: 'arn:aws:dynamodb:us-east-1:111122223333:table/Orders/backup/01611222333444-0123abcd',
  FileSystem: 'arn:aws:fsx:us-east-1:111122223333:backup/backup-0123456789abcdef0',
  Warehouse: 'arn:aws:redshift:us-east-1:111122223333:snapshot:orders/awsbackup:job-1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
  Serverless: 'arn:aws:redshift-serverless:us-east-1:111122223333:snapshot/1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
};

/** Everything that jobs of every kind need, but no copy: whether IAM takes every policy. */
const app = integApp();
const stacks = [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY].map(removalPolicy => {
  const stack = new Stack(app, `integ-policies-${removalPolicy}`);
  const never = new CfnCondition(stack, 'Never', { expression: Fn.conditionEquals(Aws.REGION, 'nowhere') });
  const only = new CfnParameter(stack, 'Only', { default: RECOVERY_POINTS.Backup });
  for (const [id, recoveryPointArn] of Object.entries({ ...RECOVERY_POINTS, AtDeployment: only.valueAsString })) {
    const copy = new OneTimeCopyJob(stack, id, {
      recoveryPointArn,
      sourceBackupVault: BackupVault.fromBackupVaultName(stack, `${id}Source`, 'source'),
      destinationBackupVault: BackupVault.fromBackupVaultName(stack, `${id}Destination`, 'destination'),
      timeout: Duration.hours(1),
      removalPolicy,
    });
    (copy.node.defaultChild as CfnResource).cfnOptions.condition = never;
  }
  return stack;
});

new IntegTest(app, 'Policies', { testCases: stacks, stackUpdateWorkflow: false });

app.synth();
