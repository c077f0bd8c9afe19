import { describeRecoveryPoint, parseVaultArn, updateRecoveryPointLifecycle } from './aws-backup';
import { CopyJobError } from './copy-job-error';
import { CopyRequest } from './request';
import { Runtime } from './runtime';
import { LifecycleProperties } from '../src/contract';

/** A lifecycle as AWS Backup tells one. */
type ToldLifecycle = LifecycleProperties | undefined;

/** Whether a recovery point has the lifecycle already; AWS Backup may say 'never' by -1 or by nothing. */
export function isSameLifecycle(a: ToldLifecycle, b: ToldLifecycle): boolean {
  const days = (told: number | undefined) => told ?? -1;
  return days(a?.MoveToColdStorageAfterDays) === days(b?.MoveToColdStorageAfterDays)
    && days(a?.DeleteAfterDays) === days(b?.DeleteAfterDays)
    && (a?.OptInToArchiveForSupportedResources ?? false) === (b?.OptInToArchiveForSupportedResources ?? false);
}

/** Gives the copied recovery point the lifecycle, always the whole of it, unless it has it already. */
export async function applyLifecycle(runtime: Runtime, request: CopyRequest, recoveryPointArn: string, wanted: LifecycleProperties): Promise<void> {
  const vaultArn = request.properties.DestinationBackupVaultArn;
  if (parseVaultArn(vaultArn).account !== request.stack.account) {
    throw new CopyJobError(`The lifecycle of ${recoveryPointArn} cannot be changed from the stack's account ${request.stack.account}. `
      + 'Change it in the account of its vault, or deploy with the lifecycle that it has.');
  }
  const { Lifecycle: has } = await describeRecoveryPoint(runtime, vaultArn, recoveryPointArn);
  if (isSameLifecycle(has, wanted)) return;
  await updateRecoveryPointLifecycle(runtime, vaultArn, recoveryPointArn, wanted);
  runtime.log('lifecycle', { recoveryPointArn, from: has, to: wanted });
}
