import { setTimeout } from 'node:timers/promises';

/** AWS Backup cannot assume a role in its first moments. */
export async function untilAssumed<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 12 || !(error as Error).message.includes('assumed')) throw error;
      await setTimeout(10_000);
    }
  }
}
