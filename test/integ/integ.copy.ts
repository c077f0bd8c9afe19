import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { OneTimeCopyJob } from 'cdk-backup-copy-job';
import { integApp } from './integ-app';
import { OnDemandBackup } from './on-demand-backup';

const DESTINATION = 'integ-copy-destination';

class CopyStack extends Stack {
  public readonly copy: OneTimeCopyJob;

  /** Under one name: the second of two is an update of the first. So is the name of what it makes given, which else has the stack's id in it. */
  constructor(scope: App, id: string, days: number) {
    super(scope, id, { stackName: 'integ-copy' });
    const source = new OnDemandBackup(this, 'Source', { backupVaultName: 'integ-copy-source' });
    this.copy = new OneTimeCopyJob(this, 'Copy', {
      recoveryPointArn: source.recoveryPointArn,
      sourceBackupVault: source.vault,
      destinationBackupVault: new BackupVault(this, 'Destination', { backupVaultName: DESTINATION, removalPolicy: RemovalPolicy.DESTROY }),
      deleteAfter: Duration.days(days),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** A copy is made, its lifecycle changed in place, and the copy deleted with its stack. */
const app = integApp();
const created = new CopyStack(app, 'Created', 7);
const updated = new CopyStack(app, 'Updated', 8);
updated.addDependency(created);

const { assertions } = new IntegTest(app, 'Copy', { testCases: [created, updated], stackUpdateWorkflow: false });
assertions.awsApiCall('Backup', 'describeRecoveryPoint', {
  BackupVaultName: DESTINATION,
  RecoveryPointArn: updated.copy.destinationRecoveryPointArn,
}).expect(ExpectedResult.objectLike({ Status: 'COMPLETED', ResourceType: 'EBS', Lifecycle: { DeleteAfterDays: 8 } }));
// The job that is told of now is the one that was started first.
assertions.awsApiCall('Backup', 'describeCopyJob', { CopyJobId: updated.copy.copyJobId })
  .expect(ExpectedResult.objectLike({ CopyJob: { State: 'COMPLETED', DestinationRecoveryPointArn: updated.copy.destinationRecoveryPointArn } }));
// And no other was.
assertions.awsApiCall('Backup', 'listRecoveryPointsByBackupVault', { BackupVaultName: DESTINATION })
  .expect(ExpectedResult.objectLike({ RecoveryPoints: [{ RecoveryPointArn: updated.copy.destinationRecoveryPointArn }] }));

app.synth();
