import { StackOperation } from './stack';

/**
 * What `onEvent` leaves for `isComplete`: the provider framework adds these fields to the event of every poll.
 *
 * A request that is delivered twice must be answered the same both times, as the framework names the waiter after the request.
 */
export interface Handover {
  readonly PhysicalResourceId: string;
  readonly Phase: Phase;
  /** Of a copy under way: when its job was created, in milliseconds since the epoch; unknown of a job that is followed. */
  readonly CopyJobCreationTime?: number;
  /** Of a copy under way: whether this very request started its job. */
  readonly Own?: boolean;
  /** Of a lifecycle to be written: what the stack is doing. When it does something else, the request is not alive any more. */
  readonly Operation?: StackOperation;
}

export type Phase =
  /** The copy is under way: wait for its end. */
  | 'copying'
  /** Nothing to wait for: give the attributes. */
  | 'settled'
  /** The lifecycle of the copy may have to be written. */
  | 'lifecycle'
  /** A rollback went back to an earlier copy: give what its id tells, and ask nobody. */
  | 'restored'
  /** The copy is to be deleted. */
  | 'deleting'
  /** Nothing to wait for, nothing to tell. */
  | 'nothing';
