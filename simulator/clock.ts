/** Virtual time: it stands still while anything runs and jumps when nothing does. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;

  /** Runs `action` at `time` (or now, when that has passed); equal times keep the order of the calls. The result cancels it. */
  at(time: number, action: () => void): () => void;

  /** Resolves `milliseconds` of virtual time from now. */
  sleep(milliseconds: number): Promise<void>;
}
