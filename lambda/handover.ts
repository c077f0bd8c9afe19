/**
 * What `onEvent` leaves for `isComplete`: the provider framework adds these fields to the event of every poll.
 *
 * A request that is delivered twice must be answered the same both times, as the framework names the waiter after the request.
 */
export interface Handover {
  readonly PhysicalResourceId: string;
  /** Whether the copy is under way, or there is nothing to wait for. */
  readonly Phase: 'copying' | 'settled';
  /** Of a copy under way: when its job was created, in milliseconds since the epoch. */
  readonly CopyJobCreationTime?: number;
  /** Of a copy under way: whether an earlier request started its job. */
  readonly Adopted?: boolean;
}
