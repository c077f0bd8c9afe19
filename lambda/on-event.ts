import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { describeCopyJob } from './aws/aws-backup';
import { findPatiently } from './aws/patience';
import { Runtime } from './aws/runtime';
import { stackOperation } from './aws/stack';
import { outcome } from './copy/job-state';
import { onLegEvent } from './copy/leg';
import { isEndless, isLimited } from './copy/lifecycle';
import { existingPoint, isElsewhere, isOutOfReach, outOfReach } from './copy/recovery-point';
import { begin, StartedJob } from './copy/start-copy';
import { CopyJobError } from './messages/copy-job-error';
import { Handover, Settlement, StackOperation } from './messages/handover';
import { changedCopyId, contentHash, copyId, Entry, lastCompleteId, lifecycleHash, newestEntry, restoredId } from './messages/physical-id';
import { CopyRequest, isDestroyed, isLeg, parseRequest } from './messages/request';
import { CopyJobProperties } from '../src/contract';

/** Acts on what CloudFormation asks for; `isComplete` then waits for the outcome. */
export async function onEvent(runtime: Runtime, event: CloudFormationCustomResourceEvent): Promise<Handover> {
  const { RequestType: type, LogicalResourceId: logicalId, RequestId: requestId } = event;
  runtime.log('on-event', { type, logicalId, requestId });
  // What a Delete without a copy to delete says besides does not matter: it must always succeed.
  if (type === 'Delete' && (isLeg(event) || !isDestroyed(event))) return { PhysicalResourceId: event.PhysicalResourceId, Phase: 'nothing' };

  const request = parseRequest(event, runtime.now());
  if (type === 'Delete') return remove(runtime, request, event.PhysicalResourceId);
  if (isLeg(event)) return onLegEvent(runtime, request);
  return type === 'Create' ? create(runtime, request) : update(runtime, request, event.PhysicalResourceId);
}

async function create(runtime: Runtime, request: CopyRequest): Promise<Handover> {
  const job = await begin(runtime, request);
  return underWay(request, job, copyId(entryOf(request, job)));
}

async function update(runtime: Runtime, request: CopyRequest, id: string): Promise<Handover> {
  if (isOutOfReach(request) && await stackOperation(runtime, request) === 'forward') throw outOfReach(request, 'Nothing was done. Use RETAIN.');
  const newest = newestEntry(id);
  const hash = contentHash(request.properties);
  // A copy that was waited for and never completed is taken up again by what has to be copied.
  const unfinished = newest?.recoveryPointArn === '' && request.oldProperties!.WaitForCompletion;
  if (newest?.contentHash === hash && !(unfinished && request.properties.WaitForCompletion)) return updateAround(runtime, request, id, newest);

  const operation = await stackOperation(runtime, request);
  if (operation === 'rollback') {
    const restored = restoredId(id, hash);
    if (restored) return withLifecycle(restored, 'lengthened', operation);
    throw new CopyJobError('The rollback goes back to a copy that the physical resource id does not tell of any more. Nothing was copied or deleted.');
  }
  // So does a stack that keeps what succeeded, one resource at a time, and does not say that it is going back.
  const before = unfinished ? lastCompleteId(id) : undefined;
  const beforeEntry = before && newestEntry(before);
  if (beforeEntry && beforeEntry.contentHash === hash) {
    if (operation !== 'forward') return settled(before);
    if (await isThere(runtime, request, beforeEntry.recoveryPointArn)) return withLifecycle(before, 'changed', operation);
  }

  if (operation === 'forward') return beginAnew(runtime, request, id);
  throw new CopyJobError('The stack is not being updated any more, so nobody would own the copy. Nothing was copied.');
}

async function beginAnew(runtime: Runtime, request: CopyRequest, id: string): Promise<Handover> {
  const job = await begin(runtime, request);
  return underWay(request, job, changedCopyId(entryOf(request, job), id));
}

/** An update that copies nothing, unless waiting is turned on for a job that is of no use any more. */
async function updateAround(runtime: Runtime, request: CopyRequest, id: string, entry: Entry): Promise<Handover> {
  const { properties: { Lifecycle, WaitForCompletion }, oldProperties, isRepeated } = request;
  if (entry.recoveryPointArn) {
    const asksAnew = isRepeated || lifecycleHash(Lifecycle) !== lifecycleHash(oldProperties!.Lifecycle);
    return asksAnew ? withLifecycle(id, 'changed', await stackOperation(runtime, request)) : settled(id);
  }
  const asksOther = lifecycleHash(Lifecycle) !== entry.asked;
  if (WaitForCompletion) {
    if (await isOfNoUse(runtime, request, entry) && await stackOperation(runtime, request) === 'forward') return beginAnew(runtime, request, id);
    return { PhysicalResourceId: id, Phase: 'copying', Own: false, Settle: asksOther ? 'changed' : undefined };
  }
  if (asksOther && await stackOperation(runtime, request) === 'forward') {
    throw new CopyJobError('The lifecycle cannot be changed while waitForCompletion is false, because the copied recovery point is not known. '
      + 'Set waitForCompletion to true in the same update.');
  }
  return settled(id);
}

/** Whether the job had failed, or its copy is gone, before anybody waited for it. */
async function isOfNoUse(runtime: Runtime, request: CopyRequest, { copyJobId }: Entry): Promise<boolean> {
  const job = await findPatiently(runtime, request, 'describe-copy-job', () => describeCopyJob(runtime, request, copyJobId));
  if (!job || outcome(job) === 'pending' || (job.CompletionDate?.getTime() ?? 0) >= request.time) return false;
  return outcome(job) === 'failed' || !await isThere(runtime, request, job.DestinationRecoveryPointArn!);
}

async function isThere(runtime: Runtime, request: CopyRequest, recoveryPointArn: string): Promise<boolean> {
  return isElsewhere(request) || await existingPoint(runtime, request, recoveryPointArn) !== undefined;
}

async function remove(runtime: Runtime, request: CopyRequest, id: string): Promise<Handover> {
  if (!newestEntry(id)) return { PhysicalResourceId: id, Phase: 'nothing' };
  if (isOutOfReach(request)) throw outOfReach(request, 'Nothing was deleted. Delete it there, and deploy with RETAIN before the deletion here.');
  const operation = await stackOperation(runtime, request);
  const isDue = operation === 'removal' || operation === 'rollback';
  return isDue ? { PhysicalResourceId: id, Phase: 'deleting', Operation: operation } : { PhysicalResourceId: id, Phase: 'nothing' };
}

/** A copy that was there before, whose lifecycle may have to be written. */
function withLifecycle(id: string, settle: Settlement, operation: StackOperation): Handover {
  return newestEntry(id)!.recoveryPointArn ? { PhysicalResourceId: id, Phase: 'lifecycle', Settle: settle, Operation: operation } : settled(id);
}

function settled(id: string): Handover {
  return { PhysicalResourceId: id, Phase: 'settled' };
}

function underWay({ properties }: CopyRequest, job: StartedJob, id: string): Handover {
  const phase = properties.WaitForCompletion ? 'copying' : 'settled';
  return { PhysicalResourceId: id, Phase: phase, CopyJobCreationTime: job.creationTime, Own: job.own, Settle: settlement(properties, job) };
}

/** Why the job may not have been asked for the lifecycle that the request asks for. */
function settlement({ IdempotencyToken, Lifecycle }: CopyJobProperties, { own, handedOn, otherClaim }: StartedJob): Settlement | undefined {
  if (otherClaim) return 'changed';
  if (handedOn) return 'lengthened';
  // Who asks for no lifecycle does not ask for a shorter one either.
  if (IdempotencyToken !== undefined && !own) return Lifecycle ? 'adopted' : 'lengthened';
  // A token of the user's own may be another's, too, who started the job in the same moment. What has no end to compare may have been shortened.
  const isUncertain = IdempotencyToken === undefined ? !own && isEndless(Lifecycle) : isLimited(Lifecycle);
  return isUncertain ? 'lengthened' : undefined;
}

function entryOf({ properties }: CopyRequest, { copyJobId }: StartedJob): Entry {
  return { copyJobId, recoveryPointArn: '', contentHash: contentHash(properties), asked: lifecycleHash(properties.Lifecycle) };
}
