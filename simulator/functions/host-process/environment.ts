import { AsyncLocalStorage } from 'node:async_hooks';
import { SeededRandom } from '../../seeded-random';

/** One of Lambda's execution environments. Many share a process, each with modules, chance and timers of its own. */
export class Environment {
  readonly random: SeededRandom;
  /** The handler once its module is loaded. */
  handler: Handler | undefined;
  /** Without an invocation it is frozen: its timers do not fire. */
  inFlight = false;

  constructor(readonly id: number, seed: string) {
    this.random = new SeededRandom(`${seed}/environment/${id}`);
  }
}

export type Handler = (event: unknown, context: unknown) => unknown;

const current = new AsyncLocalStorage<Environment>();

/** The environment whose code is running. */
export function currentEnvironment(): Environment | undefined {
  return current.getStore();
}

export function runIn<T>(environment: Environment, action: () => T): T {
  return current.run(environment, action);
}
