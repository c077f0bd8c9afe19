/**
 * What `onEvent` leaves for `isComplete`: the provider framework adds these fields to the event of every poll.
 */
export interface Handover {
  readonly PhysicalResourceId: string;
  readonly Phase: Phase;
  /** Of a copy under way: when its job was created, in milliseconds since the epoch. */
  readonly CopyJobCreationTime?: number;
  /** Of a copy under way: whether this very request, or a leg before it, started its job. */
  readonly Own?: boolean;
  /** Why the lifecycle may have to be written: of a copy under way when it is complete, without it the job was asked for it. */
  readonly Settle?: Settlement;
  /** Of a deletion, or a lifecycle to be written: what the stack is doing. When it does something else, the request is not alive any more. */
  readonly Operation?: StackOperation;
}

export type Settlement =
  /** The user asks for another one than this copy was asked with. */
  | 'changed'
  /** A token of the user's own named an earlier job: its copy must not live shorter for that. */
  | 'adopted'
  /**
   * The copy may live shorter than it is asked to, as a rollback goes back to one that an update had shortened before another one replaced it, or
   * as what is taken over was shortened, or is another's. A longer life stays.
   */
  | 'lengthened';

export type Phase =
  /** The copy is under way: wait for its end. */
  | 'copying'
  /** Nothing to wait for: give the attributes. */
  | 'settled'
  /** The lifecycle of the copy may have to be written. */
  | 'lifecycle'
  /** The copy is to be deleted. */
  | 'deleting'
  /** Nothing to wait for, nothing to tell. */
  | 'nothing';

/** What CloudFormation is doing with the stack of the request, by the word of the stack and of its root. */
export type StackOperation =
  /** Creating or updating it. */
  | 'forward'
  /** Going back to what was before. */
  | 'rollback'
  /** Deleting it, or what an update left behind. */
  | 'removal'
  /** Nothing, or something newer than the request, which is a late second delivery then. */
  | 'over';
