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
const ROLE_NOT_READY = /cannot be assumed by AWS Backup|is not authorized to call/i;

export function errorKind(error: unknown): ErrorKind {
  const { name, message, status, fromSdk } = describe(error);
  if (!fromSdk) return 'final';
  if (NO_ROOM.test(name) || status === 429) return 'no-room';
  if (ACCESS_DENIED.test(name) || (name === 'InvalidParameterValueException' && ROLE_NOT_READY.test(message))) return 'propagation';
  if (name === 'ResourceNotFoundException') return 'not-found';
  // Without a status, no answer of AWS came.
  if (status === undefined || status >= 500 || status < 400) return 'transient';
  return 'final';
}

/** `Name: message`, for a person. */
export function errorText(error: unknown): string {
  const { name, message } = describe(error);
  return `${name}: ${message}`;
}

function describe(error: unknown): { name: string; message: string; fromSdk: boolean; status?: number } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fromSdk: false };
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, fromSdk: metadata !== undefined, status: metadata?.httpStatusCode };
}
