import { RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { EbsDeviceVolumeType, Volume } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { backupRole } from './backup-role';
import { WaitedResource } from './waited-resource';

/** An empty volume of 1 GiB and its backup in a vault of its own. All of it goes with the stack. */
export class OnDemandBackup extends Construct {
  public readonly vault: BackupVault;
  public readonly recoveryPointArn: string;

  constructor(scope: Construct, id: string, { backupVaultName }: { readonly backupVaultName: string }) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = backupRole(this, 'Role');
    const volume = new Volume(this, 'Volume', {
      availabilityZone: stack.availabilityZones[0],
      volumeType: EbsDeviceVolumeType.GP3,
      size: Size.gibibytes(1),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vault = new BackupVault(this, 'Vault', { backupVaultName, removalPolicy: RemovalPolicy.DESTROY });
    const backup = new WaitedResource(this, 'Backup', {
      handler: 'on-demand-backup-handler.ts',
      actions: ['StartBackupJob', 'DescribeBackupJob', 'DescribeRecoveryPoint', 'DeleteRecoveryPoint'],
      roles: [role],
      properties: {
        BackupVaultName: this.vault.backupVaultName,
        ResourceArn: stack.formatArn({ service: 'ec2', resource: 'volume', resourceName: volume.volumeId }),
        IamRoleArn: role.roleArn,
      },
    });
    this.recoveryPointArn = backup.attribute('RecoveryPointArn');
  }
}
