import { claimHash } from './idempotency-token';
import { begin } from './start-copy';
import { Runtime } from '../aws/runtime';
import { copyIdOf, stackOperation } from '../aws/stack';
import { CopyJobError } from '../messages/copy-job-error';
import { Handover } from '../messages/handover';
import { contentHash, lastCompleteId, legEntry, LegEntry, legId, newestEntry, restoredId } from '../messages/physical-id';
import { CopyRequest } from '../messages/request';

/**
 * A leg starts the copy, or follows the job of the leg before, and waits its share.
 *
 * It never starts or follows a job for a copy that is there already: legs come and go as `timeout` is raised and lowered.
 */
export async function onLegEvent(runtime: Runtime, request: CopyRequest): Promise<Handover> {
  const { physicalResourceId: id, properties } = request;
  const [hash, claim] = [contentHash(properties), claimHash(request)];
  const own = id === undefined ? undefined : legEntry(id);
  if (own?.contentHash === hash && own.claim === claim) return nothing(id!);

  // This leg is new, or its content changes in one direction or the other. What was copied before, only the copy's own id tells.
  if (!properties.CopyLogicalId) throw new CopyJobError('The property CopyLogicalId is missing.');
  // By its token a copy with another claim would be another one. The first leg decides, and the others follow it.
  const copy = await copyIdOf(runtime, request, properties.CopyLogicalId, own?.contentHash === hash && properties.Follow === undefined);
  const operation = request.type === 'Create' ? 'forward' : await stackOperation(runtime, request);
  const telling = ({ copyJobId, contentHash: content }: Pick<LegEntry, 'copyJobId' | 'contentHash'>) =>
    (own?.copyJobId === copyJobId && own.contentHash === content ? id! : legId({ copyJobId, contentHash: content, claim, own: false }));

  if (operation === 'rollback') {
    const restored = copy && restoredId(copy, hash);
    // A leg of a copy that never came to be has nothing to go back to.
    return nothing(restored ? telling(newestEntry(restored)!) : id!);
  }
  const before = copy && request.type === 'Update' ? lastCompleteId(copy) : undefined;
  for (const known of [before, copy]) {
    const entry = known && newestEntry(known);
    if (entry && entry.contentHash === hash && entry.recoveryPointArn) return nothing(telling(entry));
  }
  if (operation !== 'forward') throw new CopyJobError('The stack is not being updated any more, so nobody would own the copy. Nothing was copied.');

  const { copyJobId, creationTime, own: started } = await begin(runtime, request);
  return {
    PhysicalResourceId: legId({ copyJobId, contentHash: hash, claim, own: started }),
    Phase: 'copying',
    CopyJobCreationTime: creationTime,
    Own: started,
  };
}

function nothing(id: string): Handover {
  return { PhysicalResourceId: id, Phase: 'nothing' };
}
