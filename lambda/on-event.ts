import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { CopyJobError } from './copy-job-error';
import { Handover } from './handover';
import { onLegEvent } from './leg';
import { changedCopyId, contentHash, copyId, Entry, newestEntry, restoredId } from './physical-id';
import { CopyRequest, isDestroyed, isLeg, parseRequest } from './request';
import { Runtime } from './runtime';
import { stackOperation } from './stack';
import { begin, StartedJob } from './start-copy';

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
  const newest = newestEntry(id);
  const hash = contentHash(request.properties);
  // A copy that was waited for and never completed is taken up again by what has to be copied.
  const unfinished = !newest?.recoveryPointArn && request.properties.WaitForCompletion && request.oldProperties?.WaitForCompletion;
  if (newest?.contentHash === hash && !unfinished) return updateAround(runtime, request, id, newest);

  switch (await stackOperation(runtime, request)) {
    case 'forward': {
      const job = await begin(runtime, request);
      return underWay(request, job, changedCopyId(entryOf(request, job), id));
    }
    case 'rollback': {
      const restored = restoredId(id, hash);
      if (restored) return { PhysicalResourceId: restored, Phase: 'restored' };
      throw new CopyJobError('The rollback goes back to a copy that the physical resource id does not tell of any more. Nothing was copied or deleted.');
    }
    default:
      throw new CopyJobError('The stack is not being updated any more, so nobody would own the copy. Nothing was copied.');
  }
}

/** An update that copies nothing. */
async function updateAround(runtime: Runtime, request: CopyRequest, id: string, { recoveryPointArn }: Entry): Promise<Handover> {
  const { properties, oldProperties } = request;
  const lifecycleChanged = JSON.stringify(properties.Lifecycle) !== JSON.stringify(oldProperties?.Lifecycle);
  if (recoveryPointArn && lifecycleChanged) return { PhysicalResourceId: id, Phase: 'lifecycle', Operation: await stackOperation(runtime, request) };
  if (recoveryPointArn) return { PhysicalResourceId: id, Phase: 'settled' };
  if (properties.WaitForCompletion) return { PhysicalResourceId: id, Phase: 'copying', Own: false };
  if (lifecycleChanged && await stackOperation(runtime, request) === 'forward') {
    throw new CopyJobError('The lifecycle cannot be changed while waitForCompletion is false, because the copied recovery point is not known. '
      + 'Set waitForCompletion to true in the same update.');
  }
  return { PhysicalResourceId: id, Phase: 'settled' };
}

async function remove(runtime: Runtime, request: CopyRequest, id: string): Promise<Handover> {
  if (!newestEntry(id)) return { PhysicalResourceId: id, Phase: 'nothing' };
  const operation = await stackOperation(runtime, request);
  return { PhysicalResourceId: id, Phase: operation === 'over' || operation === 'forward' ? 'nothing' : 'deleting' };
}

function underWay(request: CopyRequest, job: StartedJob, id: string): Handover {
  return {
    PhysicalResourceId: id,
    Phase: request.properties.WaitForCompletion ? 'copying' : 'settled',
    CopyJobCreationTime: job.creationTime,
    Own: job.own,
  };
}

function entryOf({ properties }: CopyRequest, { copyJobId }: StartedJob): Entry {
  return { copyJobId, recoveryPointArn: '', contentHash: contentHash(properties) };
}
