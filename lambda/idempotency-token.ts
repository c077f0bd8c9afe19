import { createHash } from 'node:crypto';
import { content } from './physical-id';
import { CopyRequest } from './request';

/**
 * The token by which AWS Backup knows that a copy was already asked for: the user's own, unaltered, else one made of what the copy is.
 *
 * It names the stack as deployed, not its unique id: a stack whose first deployment failed is created anew under another id, and must
 * find the copy that it already made. It holds the lifecycle, so that no job found by it was asked for another one, and the removal
 * policy, so that a copy which one deployment keeps is never taken over by one that deletes it. A copy that cannot be taken over any
 * more is made anew under the next `generation`.
 */
export function idempotencyToken({ properties, stack, logicalId }: CopyRequest, generation: number): string {
  if (properties.IdempotencyToken !== undefined) return properties.IdempotencyToken;
  const { ConstructPath, CopyLogicalId = logicalId, Lifecycle, NestedStacks, RemovalPolicy } = properties;
  // A copy that is deleted with its resource has that one owner. One that is kept is found by its construct, wherever that has been moved.
  const owner = RemovalPolicy === 'destroy' ? [NestedStacks, CopyLogicalId] : [ConstructPath];
  const what = [stack.account, stack.region, stack.rootName, owner, ...content(properties), Lifecycle, RemovalPolicy, generation];
  return `cdk-${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 48)}`;
}
