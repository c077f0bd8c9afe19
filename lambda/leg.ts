import { CopyJobError } from './copy-job-error';
import { Handover } from './handover';
import { contentHash, legId, newestEntry, restoredId } from './physical-id';
import { CopyRequest } from './request';
import { Runtime } from './runtime';
import { physicalIdOf, stackOperation } from './stack';
import { begin } from './start-copy';

/**
 * A leg starts the copy, or follows the job of the leg before, and waits its share.
 *
 * It never starts or follows a job for a copy that is there already: legs come and go as `timeout` is raised and lowered.
 */
export async function onLegEvent(runtime: Runtime, request: CopyRequest): Promise<Handover> {
  const { physicalResourceId, properties } = request;
  const hash = contentHash(properties);
  const own = physicalResourceId && newestEntry(physicalResourceId);
  if (own && own.contentHash === hash) return { PhysicalResourceId: physicalResourceId, Phase: 'nothing' };

  // This leg is new, or its content changes in one direction or the other. What was copied before, only the copy's own id tells.
  if (!properties.CopyLogicalId) throw new CopyJobError('The property CopyLogicalId is missing.');
  const copy = await physicalIdOf(runtime, request, properties.CopyLogicalId);
  const operation = request.type === 'Create' ? 'forward' : await stackOperation(runtime, request);
  if (operation === 'rollback') {
    const restored = copy && restoredId(copy, hash);
    if (restored) return { PhysicalResourceId: legId(newestEntry(restored)!), Phase: 'nothing' };
    throw new CopyJobError('The rollback goes back to a copy that the stack does not know of any more. Nothing was copied or deleted.');
  }
  if (operation !== 'forward') throw new CopyJobError('The stack is not being updated any more, so nobody would own the copy. Nothing was copied.');

  const newest = copy && newestEntry(copy);
  if (newest && newest.contentHash === hash) return { PhysicalResourceId: legId(newest), Phase: 'nothing' };
  const { copyJobId, creationTime, own: started } = await begin(runtime, request);
  return {
    PhysicalResourceId: legId({ copyJobId, recoveryPointArn: '', contentHash: hash }),
    Phase: 'copying',
    CopyJobCreationTime: creationTime,
    Own: started,
  };
}
