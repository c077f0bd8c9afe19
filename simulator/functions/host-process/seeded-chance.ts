import crypto from 'node:crypto';
import { currentEnvironment } from './environment';
import { SeededRandom } from '../../seeded-random';

type Done<T> = (error: Error | null, value: T) => void;

/** Makes everything that is left to chance follow the seed of the environment that asks; what is returned gives what is outside of all another seed. */
export function installSeededChance(): (seed: string) => void {
  let outside = new SeededRandom('outside');
  const random = () => currentEnvironment()?.random ?? outside;

  const fill = <T extends ArrayBufferView>(view: T): T => {
    random().bytes(view.byteLength).copy(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return view;
  };
  const randomBytes = (size: number, done?: Done<Buffer>) => {
    const bytes = Buffer.from(random().bytes(size));
    if (!done) return bytes;
    setImmediate(() => done(null, bytes));
    return undefined;
  };
  const randomInt = (...args: (number | Done<number>)[]) => {
    const numbers = args.filter(arg => typeof arg === 'number');
    const done = args.find(arg => typeof arg === 'function');
    const [min, max] = numbers.length > 1 ? numbers : [0, numbers[0]];
    const value = random().integer(min, max - 1);
    if (!done) return value;
    setImmediate(() => done(null, value));
    return undefined;
  };
  const randomFillSync = <T extends ArrayBufferView>(view: T, offset = 0, size?: number): T => {
    fill(new Uint8Array(view.buffer, view.byteOffset + offset, size ?? view.byteLength - offset));
    return view;
  };
  const randomFill = (view: ArrayBufferView, ...rest: (number | Done<ArrayBufferView>)[]) => {
    randomFillSync(view, ...rest.filter(arg => typeof arg === 'number'));
    const done = rest.find(arg => typeof arg === 'function');
    setImmediate(() => done?.(null, view));
  };
  const randomUUID = () => random().uuid();

  Math.random = () => random().number();
  Object.assign(crypto, { randomUUID, randomBytes, randomInt, randomFill, randomFillSync });
  // Only getters, and crypto.getRandomValues is one that reads this one.
  Object.defineProperty(crypto.webcrypto, 'getRandomValues', { value: fill });
  Object.defineProperty(crypto.webcrypto, 'randomUUID', { value: randomUUID });
  return seed => {
    outside = new SeededRandom(`${seed}/outside`);
  };
}
