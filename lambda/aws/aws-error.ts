import { CopyJobError } from '../messages/copy-job-error';

/** What an error of a call to AWS means for the next attempt. */
export type ErrorKind =
  /** A role or policy made moments ago is not known everywhere yet: soon it is, or it never was right. */
  | 'propagation'
  /** Too many requests or jobs: there will be room. */
  | 'no-room'
  /** AWS or the network failed; the same call may succeed. */
  | 'transient'
  | 'not-found'
  /** AWS's last word. */
  | 'final';

const NO_ROOM = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded/i;
const ACCESS_DENIED = /AccessDenied|UnauthorizedOperation/i;
/** Somebody, an earlier poll mostly, has asked AWS Backup for something that is not done yet. */
const BUSY = /already performing an action/i;
const ROLE_NOT_READY = /cannot be assumed by AWS Backup|is not authorized to call/i;

export function errorKind(error: unknown): ErrorKind {
  if (error instanceof CopyJobError) return 'final';
  const { name, message, status } = describe(error);
  if (NO_ROOM.test(name) || status === 429) return 'no-room';
  if (ACCESS_DENIED.test(name) || (name === 'InvalidParameterValueException' && ROLE_NOT_READY.test(message))) return 'propagation';
  if (name === 'ResourceNotFoundException') return 'not-found';
  if (BUSY.test(message)) return 'transient';
  if (status === undefined || status >= 500 || status < 400) return 'transient';
  return 'final';
}

/** AWS Backup may not show a new job at once, nor IAM a new policy; what is unknown after this long stays unknown. */
const GRACE = 5 * 60_000;

/**
 * Whether the next poll may go better.
 *
 * @param age how long ago that began which AWS may not know everywhere yet, in milliseconds
 * @param isNew whether what was not found was only just made
 */
export function mayPass(error: unknown, age: number, isNew = false): boolean {
  switch (errorKind(error)) {
    case 'transient':
    case 'no-room': return true;
    case 'propagation': return age < GRACE;
    case 'not-found': return isNew && age < GRACE;
    case 'final': return false;
  }
}

/** `Name: message`, for a person. */
export function errorText(error: unknown): string {
  const { name, message } = describe(error);
  return `${name}: ${message}`;
}

function describe(error: unknown): { name: string; message: string; status?: number } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { $fault: fault, $metadata: metadata } = error as { $fault?: 'client' | 'server'; $metadata?: { httpStatusCode?: number } };
  // Only what a service says has a fault. The transport throws errors of any shape, and an answer that cannot be read, which may have said
  // anything, comes with the status of the whole.
  return { name: error.name, message: error.message, status: fault && metadata?.httpStatusCode };
}
