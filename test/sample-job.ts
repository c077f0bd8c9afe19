import { CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BackupVault, IBackupVault } from 'aws-cdk-lib/aws-backup';
import { Construct } from 'constructs';
import { TemplateJson, TemplateResource } from './template-graph';
import { OneTimeCopyJob, OneTimeCopyJobProps } from '../src';

export const ENV = { region: 'us-east-1', account: '111122223333' };
export const SNAPSHOT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
export const DR = 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr';

export const COPY_TYPE = 'Custom::AWSBackupOneTimeCopyJob';
export const LEG_TYPE = 'Custom::AWSBackupOneTimeCopyJobLeg';

/** The snapshot, copied from the vault `prod` to the vault `dr` in another Region, apart from what the props say. */
export function copyJob(scope: Construct, props: Partial<OneTimeCopyJobProps> = {}, id = 'Copy'): OneTimeCopyJob {
  return new OneTimeCopyJob(scope, id, {
    recoveryPointArn: SNAPSHOT,
    sourceBackupVault: BackupVault.fromBackupVaultName(scope, `${id}Source`, 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultArn(scope, `${id}Destination`, DR),
    ...props,
  });
}

export const logicalId = (job: OneTimeCopyJob): string => Stack.of(job).resolve((job.node.defaultChild as CfnResource).logicalId);

export const synthesized = (stack: Stack): TemplateJson => Template.fromStack(stack).toJSON() as TemplateJson;

/** The copy's own custom resource. */
export const copyResource = (job: OneTimeCopyJob): TemplateResource => synthesized(Stack.of(job)).Resources[logicalId(job)];

/** The vault `dr` of some Region and account. */
export function vaultIn(scope: Construct, region: string, account = ENV.account): IBackupVault {
  const arn = `arn:aws:backup:${region}:${account}:backup-vault:dr`;
  return scope.node.tryFindChild(arn) as IBackupVault | undefined ?? BackupVault.fromBackupVaultArn(scope, arn, arn);
}
