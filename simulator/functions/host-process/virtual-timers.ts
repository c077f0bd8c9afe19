import { AsyncResource } from 'node:async_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { currentEnvironment, Environment } from './environment';

const LONGEST_DELAY = 2 ** 31 - 1;

/** What setTimeout returns. */
class VirtualTimeout {
  due = 0;

  constructor(
    private readonly owner: VirtualTimers, readonly id: number, readonly environment: Environment | undefined,
    readonly callback: () => void, readonly delay: number, readonly repeats: boolean,
  ) {}

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    this.owner.start(this);
    return this;
  }

  close(): this {
    this.owner.clear(this);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.owner.clear(this);
  }
}

/** The timers of all environments of a process. */
export class VirtualTimers {
  private readonly active = new Map<number, VirtualTimeout>();
  private created = 0;

  constructor(private readonly now: () => number) {}

  /** When the earliest timer of an environment with an invocation is due. */
  next(): number | null {
    return this.earliest()?.due ?? null;
  }

  /** Runs the earliest timer if it is due. */
  runNext(): void {
    const timeout = this.earliest();
    if (!timeout || timeout.due > this.now()) return;
    this.clear(timeout);
    if (timeout.repeats) this.start(timeout);
    timeout.callback();
  }

  /** Forgets the timers of an environment that is gone. */
  discard(environment: Environment): void {
    [...this.active.values()].filter(timeout => timeout.environment === environment).forEach(timeout => this.clear(timeout));
  }

  clearAll(): void {
    this.active.clear();
  }

  create(callback: () => void, delay: unknown, repeats: boolean): VirtualTimeout {
    const milliseconds = Math.trunc(Number(delay));
    const valid = milliseconds >= 1 && milliseconds <= LONGEST_DELAY;
    this.created += 1;
    const timeout = new VirtualTimeout(this, this.created, currentEnvironment(), AsyncResource.bind(callback), valid ? milliseconds : 1, repeats);
    this.start(timeout);
    return timeout;
  }

  start(timeout: VirtualTimeout): void {
    timeout.due = this.now() + timeout.delay;
    this.active.delete(timeout.id);
    this.active.set(timeout.id, timeout);
  }

  clear(timeout: unknown): void {
    this.active.delete(timeout instanceof VirtualTimeout ? timeout.id : Number(timeout));
  }

  private earliest(): VirtualTimeout | undefined {
    let earliest: VirtualTimeout | undefined;
    for (const timeout of this.active.values()) {
      if (timeout.environment?.inFlight && (!earliest || timeout.due < earliest.due)) earliest = timeout;
    }
    return earliest;
  }
}

/** Replaces every way to wait. */
export function installVirtualTimers(now: () => number, refuse: (what: string) => never): VirtualTimers {
  const virtual = new VirtualTimers(now);
  const starter = (repeats: boolean) => (callback: (...args: unknown[]) => void, delay?: unknown, ...args: unknown[]) =>
    virtual.create(() => callback(...args), delay, repeats);
  const clear = (timeout: unknown) => virtual.clear(timeout);

  const wait = async <T>(delay?: number, value?: T, options: { signal?: AbortSignal } = {}): Promise<T> => new Promise((resolve, reject) => {
    const abort = () => {
      virtual.clear(timeout);
      reject(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR', cause: options.signal?.reason }));
    };
    const timeout = virtual.create(() => {
      options.signal?.removeEventListener('abort', abort);
      resolve(value as T);
    }, delay, false);
    if (options.signal?.aborted) abort();
    else options.signal?.addEventListener('abort', abort, { once: true });
  });

  const setTimeout = Object.assign(starter(false), { [promisify.custom]: wait });
  const replacements = { setTimeout, setInterval: starter(true), clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, replacements);
  Object.assign(timers, replacements);
  Object.assign(timersPromises, { setTimeout: wait, setInterval: () => refuse('setInterval of node:timers/promises') });
  Object.defineProperty(timersPromises.scheduler, 'wait', { value: async (delay: number, options?: { signal?: AbortSignal }) => wait(delay, undefined, options) });
  AbortSignal.timeout = delay => {
    const controller = new AbortController();
    virtual.create(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), delay, false);
    return controller.signal;
  };
  return virtual;
}
