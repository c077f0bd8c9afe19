import { readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** Makes everything that tells the time tell the virtual one, read from the file each time: messages may be late. `restart` begins to measure anew. */
export function installVirtualDate(timeFile: number): { now: () => number; restart: () => void } {
  const buffer = Buffer.alloc(8);
  const now = () => {
    readSync(timeFile, buffer, 0, 8, 0);
    return buffer.readDoubleLE();
  };
  let start = now();
  const RealDate = Date;
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => key === 'now' ? now : Reflect.get(target, key) as unknown,
  });
  RealDate.prototype.constructor = VirtualDate;
  globalThis.Date = VirtualDate;

  const elapsed = () => now() - start;
  Object.defineProperty(performance, 'now', { value: elapsed });
  Object.defineProperty(performance, 'timeOrigin', { get: () => start });
  process.uptime = () => elapsed() / 1000;
  const nanoseconds = () => BigInt(Math.round(elapsed() * 1e6));
  process.hrtime = Object.assign((since: [number, number] = [0, 0]): [number, number] => {
    const passed = nanoseconds() - BigInt(since[0]) * 1_000_000_000n - BigInt(since[1]);
    return [Number(passed / 1_000_000_000n), Number(passed % 1_000_000_000n)];
  }, { bigint: nanoseconds });
  const restart = () => {
    start = now();
  };
  return { now, restart };
}
