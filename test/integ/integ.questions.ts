import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { backupRole } from './backup-role';
import { integApp } from './integ-app';
import { OnDemandBackup } from './on-demand-backup';
import { WaitedResource } from './waited-resource';

/** What only AWS can answer, see RELIABILITY.md. The answers are the stack's output. */
const app = integApp();
const stack = new Stack(app, 'integ-questions');

const source = new OnDemandBackup(stack, 'Source', { backupVaultName: 'integ-questions-source' });
const destination = new BackupVault(stack, 'Destination', { backupVaultName: 'integ-questions-destination', removalPolicy: RemovalPolicy.DESTROY });
const roles = [backupRole(stack, 'Role'), backupRole(stack, 'OtherRole')];
const questions = new WaitedResource(stack, 'Questions', {
  handler: 'questions-handler.ts',
  actions: ['StartCopyJob', 'DescribeCopyJob', 'DescribeRecoveryPoint', 'DeleteRecoveryPoint'],
  roles,
  properties: {
    RecoveryPointArn: source.recoveryPointArn,
    SourceBackupVaultName: source.vault.backupVaultName,
    DestinationBackupVaultName: destination.backupVaultName,
    DestinationBackupVaultArn: destination.backupVaultArn,
    IamRoleArn: roles[0].roleArn,
    OtherRoleArn: roles[1].roleArn,
  },
});
new CfnOutput(stack, 'Answers', { value: questions.attribute('Answers') });

new IntegTest(app, 'Questions', { testCases: [stack], stackUpdateWorkflow: false });

app.synth();
