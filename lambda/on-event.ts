import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { CopyJobError } from './copy-job-error';
import { Handover } from './handover';
import { contentHash, newestEntry, newPhysicalId } from './physical-id';
import { CopyRequest, parseRequest } from './request';
import { Runtime } from './runtime';
import { startCopy } from './start-copy';

/** Acts on what CloudFormation asks for; `isComplete` then waits for the outcome. */
export async function onEvent(runtime: Runtime, event: CloudFormationCustomResourceEvent): Promise<Handover> {
  runtime.log('on-event', { type: event.RequestType, logicalId: event.LogicalResourceId, requestId: event.RequestId });
  if (event.RequestType === 'Delete') return { PhysicalResourceId: event.PhysicalResourceId, Phase: 'settled' };

  const request = parseRequest(event, runtime.now());
  return request.type === 'Create' ? create(runtime, request) : update(request.physicalResourceId!, request);
}

async function create(runtime: Runtime, request: CopyRequest): Promise<Handover> {
  if (runtime.now() > request.deadline) {
    throw new CopyJobError('The request came after its time was over, so nobody would own the copy. Nothing was copied.');
  }
  const { copyJobId, creationTime, adopted } = await startCopy(runtime, request);
  return {
    PhysicalResourceId: newPhysicalId({ copyJobId, recoveryPointArn: '', contentHash: contentHash(request.properties) }),
    Phase: 'copying',
    CopyJobCreationTime: creationTime,
    Adopted: adopted,
  };
}

function update(physicalResourceId: string, request: CopyRequest): Handover {
  if (newestEntry(physicalResourceId)?.contentHash !== contentHash(request.properties)) {
    throw new CopyJobError('The recovery point, a vault or the idempotencyToken of a deployed copy was changed, which is another copy. '
      + 'Nothing was copied. Give the new copy a construct of its own.');
  }
  return { PhysicalResourceId: physicalResourceId, Phase: 'settled' };
}
