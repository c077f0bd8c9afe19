import {
  CopyJob, DeleteRecoveryPointCommand, DescribeCopyJobCommand, DescribeRecoveryPointCommand, StartCopyJobCommand, StartCopyJobCommandOutput,
  UpdateRecoveryPointLifecycleCommand,
} from '@aws-sdk/client-backup';
import { Runtime } from './runtime';
import { LifecycleProperties } from '../../src/contract';
import { CopyRequest } from '../messages/request';

/** Asks AWS Backup, in the source vault's Region, for the copy that the request describes. */
export async function startCopyJob(runtime: Runtime, { properties }: CopyRequest, token: string): Promise<StartCopyJobCommandOutput> {
  return runtime.backup(properties.SourceRegion).send(new StartCopyJobCommand({
    RecoveryPointArn: properties.RecoveryPointArn,
    SourceBackupVaultName: properties.SourceBackupVaultName,
    DestinationBackupVaultArn: properties.DestinationBackupVaultArn,
    IamRoleArn: properties.IamRoleArn,
    IdempotencyToken: token,
    Lifecycle: properties.Lifecycle,
  }));
}

/** The copy job as AWS Backup remembers it. */
export async function describeCopyJob(runtime: Runtime, { properties }: CopyRequest, copyJobId: string): Promise<CopyJob> {
  const { CopyJob: job } = await runtime.backup(properties.SourceRegion).send(new DescribeCopyJobCommand({ CopyJobId: copyJobId }));
  return job ?? {};
}

/** The copied recovery point, asked for in its own Region. */
export async function describeRecoveryPoint(runtime: Runtime, destinationVaultArn: string, recoveryPointArn: string) {
  const { region, name } = parseVaultArn(destinationVaultArn);
  return runtime.backup(region).send(new DescribeRecoveryPointCommand({ BackupVaultName: name, RecoveryPointArn: recoveryPointArn }));
}

/** Sets the whole lifecycle of the copied recovery point: what is left out is taken away. */
export async function updateRecoveryPointLifecycle(runtime: Runtime, vaultArn: string, recoveryPointArn: string, lifecycle: LifecycleProperties) {
  const { region, name } = parseVaultArn(vaultArn);
  return runtime.backup(region).send(new UpdateRecoveryPointLifecycleCommand({
    BackupVaultName: name, RecoveryPointArn: recoveryPointArn, Lifecycle: lifecycle,
  }));
}

/** Deletes the copied recovery point; it is gone some time after. */
export async function deleteRecoveryPoint(runtime: Runtime, vaultArn: string, recoveryPointArn: string) {
  const { region, name } = parseVaultArn(vaultArn);
  return runtime.backup(region).send(new DeleteRecoveryPointCommand({ BackupVaultName: name, RecoveryPointArn: recoveryPointArn }));
}

export function parseVaultArn(arn: string): { region: string; account: string; name: string } {
  const [, , , region, account, , name] = arn.split(':');
  return { region, account, name };
}
