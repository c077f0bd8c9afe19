import { InvocationResult } from './lambda-function';

/** What Lambda answers for an invocation whose process ended. */
export function runtimeExited(requestId: string, how: string): InvocationResult {
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);
}

/** What Lambda answers for an invocation that took too long. */
export function timedOut(requestId: string, seconds: number): InvocationResult {
  return failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`);
}

function failure(errorType: string, errorMessage: string): InvocationResult {
  return { functionError: 'Unhandled', payload: JSON.stringify({ errorType, errorMessage }) };
}
