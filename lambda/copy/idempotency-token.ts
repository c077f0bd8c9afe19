import { createHash } from 'node:crypto';
import { content } from '../messages/physical-id';
import { CopyRequest } from '../messages/request';

/**
 * The token by which AWS Backup knows that a copy was already asked for: the user's own, unaltered, else one made of what the copy is.
 *
 * It names the stack as deployed, not its unique id: a stack whose first deployment failed is created anew under another id, and must
 * find the copy that it already made. It holds the lifecycle, so that no job found by it was asked for another one, and the removal
 * policy, so that a copy which one deployment keeps is never taken over by one that deletes it. A copy that cannot be taken over any
 * more is made anew under the next `generation`.
 */
export function idempotencyToken(request: CopyRequest, generation: number): string {
  const { properties, stack } = request;
  if (properties.IdempotencyToken !== undefined) return properties.IdempotencyToken;
  const what = [stack.account, stack.region, stack.rootName, ...claim(request), ...content(properties), generation];
  return `cdk-${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 48)}`;
}

/** Says, in short, whose copy of the content it is, and what it is made for: a leg's job serves no other. */
export function claimHash(request: CopyRequest): string {
  return createHash('sha256').update(JSON.stringify(claim(request))).digest('hex').slice(0, 6);
}

function claim({ properties, logicalId }: CopyRequest): unknown[] {
  const { ConstructPath, CopyLogicalId = logicalId, Lifecycle, NestedStacks, RemovalPolicy } = properties;
  // A copy that is deleted with its resource has that one owner. One that is kept is found by its construct, wherever that has been moved.
  const owner = RemovalPolicy === 'destroy' ? [NestedStacks, CopyLogicalId] : [ConstructPath];
  return [owner, Lifecycle, RemovalPolicy];
}
