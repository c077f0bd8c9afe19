import { createHash } from 'node:crypto';
import { content } from './physical-id';
import { CopyRequest } from './request';

/**
 * The token by which AWS Backup knows that a copy was already asked for: the user's own, unaltered, else one made of what the copy is.
 *
 * It names the stack, not its unique id: a stack whose first deployment failed is created anew under another id, and must find the
 * copy that it already made. It holds the removal policy, so that a copy which one deployment keeps is never taken over by one that
 * deletes it. A copy that cannot be taken over any more is made anew under the next `generation`.
 */
export function idempotencyToken({ properties, stack }: CopyRequest, generation: number): string {
  if (properties.IdempotencyToken !== undefined) return properties.IdempotencyToken;
  const { StackName, ConstructPath, RemovalPolicy } = properties;
  const what = [stack.account, stack.region, StackName, ConstructPath, ...content(properties), RemovalPolicy, generation];
  return `cdk-${createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 48)}`;
}
