import { ErrorKind, errorKind, errorText } from './aws-error';
import { Runtime } from './runtime';
import { CopyJobError } from '../messages/copy-job-error';
import { CopyRequest } from '../messages/request';

const MINUTE = 60_000;
const LONGEST_PAUSE = 30_000;

/** How long each kind of error is waited out, from the first attempt on. */
export const PATIENCE: Record<ErrorKind, number> = {
  'propagation': 2 * MINUTE,
  'no-room': 12 * MINUTE,
  'transient': 12 * MINUTE,
  'not-found': 0,
  'final': 0,
};

/** Lambda ends the function after 15 minutes, and one attempt may take a minute. */
const LONGEST_EVENT = 13 * MINUTE;

/** Makes a call until it succeeds, its error is not worth waiting for, or time is up; pauses grow, with jitter. */
export async function patiently<T>(
  runtime: Runtime, { begun, deadline }: Pick<CopyRequest, 'begun' | 'deadline'>, step: string, call: () => Promise<T>, patience = PATIENCE,
): Promise<T> {
  const start = runtime.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const pause = Math.min(LONGEST_PAUSE, 1_000 * 2 ** attempt) * (0.5 + runtime.random() / 2);
      if (runtime.now() + pause > Math.min(deadline, begun + LONGEST_EVENT, start + patience[errorKind(error)])) throw error;
      runtime.log(step, { retryInSeconds: Math.round(pause / 1_000), error: errorText(error) });
      await runtime.sleep(pause);
    }
  }
}

/** The same, with undefined when AWS Backup says that there is no such thing. */
export async function findPatiently<T>(
  runtime: Runtime, request: CopyRequest, step: string, call: () => Promise<T>, patience = PATIENCE,
): Promise<T | undefined> {
  try {
    return await patiently(runtime, request, step, call, patience);
  } catch (error) {
    if (errorKind(error) === 'not-found') return undefined;
    throw new CopyJobError(`AWS Backup did not answer: ${errorText(error)}`);
  }
}
