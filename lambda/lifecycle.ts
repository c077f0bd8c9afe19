import { describeRecoveryPoint, parseVaultArn, updateRecoveryPointLifecycle } from './aws-backup';
import { errorKind, errorText, mayPass } from './aws-error';
import { CopyJobError } from './copy-job-error';
import { Entry } from './physical-id';
import { CopyRequest } from './request';
import { Runtime } from './runtime';
import { isUnderWay, StackOperation, stackOperation } from './stack';
import { LifecycleProperties } from '../src/contract';

const NEVER: LifecycleProperties = { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 };

/** Whether two lifecycles are one; AWS Backup says 'never' by -1 or by nothing. */
export function isSameLifecycle(a: LifecycleProperties | undefined, b: LifecycleProperties | undefined): boolean {
  const days = (told: number | undefined) => told ?? -1;
  return days(a?.MoveToColdStorageAfterDays) === days(b?.MoveToColdStorageAfterDays)
    && days(a?.DeleteAfterDays) === days(b?.DeleteAfterDays)
    && (a?.OptInToArchiveForSupportedResources ?? false) === (b?.OptInToArchiveForSupportedResources ?? false);
}

/**
 * Gives the copy the lifecycle, unless it has it or is gone; false when it has to be tried again.
 *
 * @param copy what is known of it: its recovery point, and the lifecycle that it was made with
 * @param operation what the stack was doing when the request came
 */
export async function settleLifecycle(
  runtime: Runtime, request: CopyRequest, copy: Entry, wanted: LifecycleProperties, operation: StackOperation,
): Promise<boolean> {
  const { recoveryPointArn } = copy;
  const vaultArn = request.properties.DestinationBackupVaultArn;
  const { account } = parseVaultArn(vaultArn);
  if (account !== request.stack.account) {
    if (isSameLifecycle(copy.lifecycle, wanted)) return true;
    throw new CopyJobError(`The lifecycle of ${recoveryPointArn} cannot be changed: the copy is in the account ${account}, where AWS Backup allows `
      + `the account ${request.stack.account} no more than the copy itself. Change it there, or deploy with the lifecycle that it was made with.`);
  }
  try {
    const { Lifecycle: has, Status: status } = await describeRecoveryPoint(runtime, vaultArn, recoveryPointArn);
    if (isSameLifecycle(has, wanted)) return true;
    const late = operation === 'over' || await stackOperation(runtime, request, 'once') !== operation || !await isUnderWay(runtime, request);
    if (late || status === 'DELETING') {
      runtime.log('lifecycle-left', { recoveryPointArn, because: late ? 'the stack does something else by now' : status });
      return true;
    }
    // What is left out is taken away, so the whole is sent.
    await updateRecoveryPointLifecycle(runtime, vaultArn, recoveryPointArn, Object.keys(wanted).length > 0 ? wanted : NEVER);
    runtime.log('lifecycle-set', { recoveryPointArn, from: has, to: wanted });
    return true;
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    if (errorKind(error) === 'not-found') {
      runtime.log('lifecycle-left', { recoveryPointArn, because: said });
      return true;
    }
    if (runtime.now() < request.deadline && mayPass(error, runtime.now() - request.time)) {
      runtime.log('lifecycle-waits', { recoveryPointArn, error: said });
      return false;
    }
    throw new CopyJobError(`The lifecycle of the copy ${recoveryPointArn} could not be changed: ${said}. A locked vault, or one with a minimum or maximum `
      + 'retention, may refuse it. Deploy with the lifecycle that it has.');
  }
}
