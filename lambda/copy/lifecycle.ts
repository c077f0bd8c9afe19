import { isElsewhere, isGone } from './recovery-point';
import { LifecycleProperties } from '../../src/contract';
import { describeRecoveryPoint, parseVaultArn, updateRecoveryPointLifecycle } from '../aws/aws-backup';
import { errorKind, errorText, mayPass } from '../aws/aws-error';
import { Runtime } from '../aws/runtime';
import { isAwaited, stackOperation } from '../aws/stack';
import { CopyJobError, sentence } from '../messages/copy-job-error';
import { Settlement, StackOperation } from '../messages/handover';
import { Entry, lifecycleHash } from '../messages/physical-id';
import { CopyRequest } from '../messages/request';

const NEVER: LifecycleProperties = { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 };

/** Why a lifecycle is to be written, and into what. */
export interface Settling {
  readonly wanted: LifecycleProperties;
  readonly why: Settlement;
  /** What the stack was doing when the request came. */
  readonly operation: StackOperation;
}

/** Gives the copy the lifecycle, unless it has it or is gone; false when it has to be tried again. In a rollback nothing that only looks fails. */
export async function settleLifecycle(runtime: Runtime, request: CopyRequest, copy: Entry, { wanted, why, operation }: Settling): Promise<boolean> {
  const { recoveryPointArn } = copy;
  const left = (because: string) => {
    runtime.log('lifecycle-left', { recoveryPointArn, because });
    return true;
  };
  const vaultArn = request.properties.DestinationBackupVaultArn;
  if (recoveryPointArn === request.properties.RecoveryPointArn) return left('it is the source itself');
  if (isElsewhere(request)) {
    const { account } = parseVaultArn(vaultArn);
    if (why !== 'changed' || operation === 'rollback' || isAsMade(copy, request, wanted)) return left(`it is in the account ${account}`);
    throw new CopyJobError(`The lifecycle of ${recoveryPointArn} cannot be changed: the copy is in the account ${account}, where AWS Backup allows `
      + `the account ${request.stack.account} no more than the copy itself. Change it there, or deploy with the lifecycle that it was made with.`);
  }
  let isSeen = false;
  let isWriting = false;
  try {
    const { Lifecycle: has, Status: status } = await describeRecoveryPoint(runtime, vaultArn, recoveryPointArn);
    isSeen = true;
    if (isGone(status)) return left(`it is ${status}`);
    if (why === 'lengthened' && !isShorter(has, wanted)) return true;
    if (why === 'adopted' ? lifetime(has) === lifetime(wanted) : isSameLifecycle(has, wanted) || (operation === 'rollback' && isAsBefore(copy, request, has))) return true;
    if (why === 'adopted' && isShorter(wanted, has)) throw new CopyJobError(`The idempotencyToken names copy job ${copy.copyJobId}, ${wouldLiveShorter(recoveryPointArn, wanted, has)}`);
    if (await stackOperation(runtime, request, 'once') !== operation) return left('the stack does something else by now');
    const awaited = await isAwaited(runtime, request);
    if (awaited === false) return left('CloudFormation does not wait for it any more');
    if (awaited === 'not shown') throw new NotShown();
    isWriting = true;
    // What is left out is taken away, so the whole is sent.
    await updateRecoveryPointLifecycle(runtime, vaultArn, recoveryPointArn, Object.keys(wanted).length > 0 ? wanted : NEVER);
    runtime.log('lifecycle-set', { recoveryPointArn, from: has, to: wanted });
    return true;
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    // A rollback to another copy seldom has anything to put back, and waits for no look.
    if (errorKind(error) === 'not-found' || (why === 'lengthened' && !isSeen)) return left(said);
    const passes = mayPass(error, runtime.now() - request.time);
    if (passes && runtime.now() < request.deadline) {
      runtime.log('lifecycle-waits', { recoveryPointArn, error: said });
      return false;
    }
    if (operation === 'rollback' && !(isWriting && passes)) return left(said);
    throw new CopyJobError(`The lifecycle of the copy ${recoveryPointArn} could not be changed: ${sentence(said)} ${/AccessDenied|not authorized/i.test(said)
      ? 'Is the vault still there, and does its access policy allow the change? Then deploy again.'
      : 'A locked vault, or one with a minimum or maximum retention, may refuse it. Deploy with the lifecycle that it has.'}`);
  }
}

/** CloudFormation does not show yet what it asks for. */
class NotShown extends Error {
  constructor() {
    super('CloudFormation does not show the resource as being changed');
  }
}

/** Whether the copy, which nobody may change, was asked for with that lifecycle, or got it. */
function isAsMade(copy: Entry, { properties }: CopyRequest, wanted: LifecycleProperties): boolean {
  return copy.asked === lifecycleHash(properties.Lifecycle) || isSameLifecycle(copy.lifecycle, wanted);
}

/** Whether a rollback finds what AWS Backup made of the same request: then nothing was changed that it has to put back. */
function isAsBefore(copy: Entry, { properties }: CopyRequest, has: LifecycleProperties | undefined): boolean {
  return copy.asked === lifecycleHash(properties.Lifecycle) && copy.lifecycle !== undefined && isSameLifecycle(has, copy.lifecycle);
}

/** Whether two lifecycles are one; AWS Backup says 'never' by -1 or by nothing. */
function isSameLifecycle(a: LifecycleProperties | undefined, b: LifecycleProperties | undefined): boolean {
  const days = (told: number | undefined) => told ?? -1;
  return days(a?.MoveToColdStorageAfterDays) === days(b?.MoveToColdStorageAfterDays)
    && days(a?.DeleteAfterDays) === days(b?.DeleteAfterDays)
    && (a?.OptInToArchiveForSupportedResources ?? false) === (b?.OptInToArchiveForSupportedResources ?? false);
}

/** Whether a lifecycle says when the copy is deleted. */
export function isLimited(lifecycle: LifecycleProperties | undefined): boolean {
  return lifetime(lifecycle) !== Infinity;
}

/** Whether a lifecycle is asked for, by which the copy is never deleted. */
export function isEndless(lifecycle: LifecycleProperties | undefined): boolean {
  return lifecycle !== undefined && !isLimited(lifecycle);
}

/** Whether a copy with the one lifecycle is deleted sooner than with the other. */
export function isShorter(one: LifecycleProperties | undefined, other: LifecycleProperties | undefined): boolean {
  return lifetime(one) < lifetime(other);
}

/** What is wrong with taking over a copy that lives longer than is asked for. */
export function wouldLiveShorter(arn: string, wanted: LifecycleProperties, has: LifecycleProperties | undefined): string {
  const kept = isLimited(has) ? `${lifetime(has)} days` : 'for ever';
  return `whose copy ${arn} is kept ${kept}; with this deployment it would be deleted after ${lifetime(wanted)} days.`;
}

/** In days. */
function lifetime(lifecycle: LifecycleProperties | undefined): number {
  const { DeleteAfterDays: days = -1 } = lifecycle ?? {};
  return days === -1 ? Infinity : days;
}
