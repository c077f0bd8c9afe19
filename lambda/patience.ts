import { ErrorKind, errorKind, errorText } from './aws-error';
import { Runtime } from './runtime';

const MINUTE = 60_000;
const LONGEST_PAUSE = 30_000;

/** How long each kind of error is waited out, from the first attempt on. Lambda ends the function after 15 minutes. */
export const PATIENCE: Record<ErrorKind, number> = {
  'propagation': 2 * MINUTE,
  'no-room': 12 * MINUTE,
  'transient': 12 * MINUTE,
  'not-found': 0,
  'final': 0,
};

/** Makes a call until it succeeds, its error is not worth waiting for, or the deadline is near; pauses grow, with jitter. */
export async function patiently<T>(runtime: Runtime, deadline: number, step: string, call: () => Promise<T>, patience = PATIENCE): Promise<T> {
  const start = runtime.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const pause = Math.min(LONGEST_PAUSE, 1_000 * 2 ** attempt) * (0.5 + runtime.random() / 2);
      if (runtime.now() + pause > Math.min(deadline, start + patience[errorKind(error)])) throw error;
      runtime.log(step, { retryInSeconds: Math.round(pause / 1_000), error: errorText(error) });
      await runtime.sleep(pause);
    }
  }
}
