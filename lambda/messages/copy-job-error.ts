const LONGEST_MESSAGE_BYTES = 999;

/** An error that a user reads as the reason of a stack event: one line of less than a kilobyte, without a stack trace. */
export class CopyJobError extends Error {
  /** @param end what is never cut */
  constructor(message: string, end = '') {
    super(cut(message.replace(/[\s\p{Cc}]+/gu, ' ').trim(), LONGEST_MESSAGE_BYTES - Buffer.byteLength(end)) + end);
    this.name = 'CopyJobError';
    // The provider framework appends every line of the stack but the first to the reason.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** What AWS said, so that another sentence may follow. */
export function sentence(said: string): string {
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

function cut(line: string, length: number): string {
  const bytes = Buffer.from(line);
  if (bytes.length <= length) return line;
  // The last character may be cut in two.
  return `${bytes.subarray(0, length - 3).toString().replace(/\uFFFD+$/, '')}…`;
}
