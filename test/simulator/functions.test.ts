import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { functionOf, inWorld } from './function-fixture';
import { LambdaFunction } from '../../simulator/functions/lambda-function';

const SLEEPER = functionOf(`
  let calls = 0;
  exports.handler = async ({ seconds = 600 }, context) => {
    const [start, date, performanceNow, hrtime] = [new Date(), Date.now(), performance.now(), process.hrtime.bigint()];
    calls += 1;
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
    return {
      calls,
      start: start.toISOString(),
      waited: [new Date() - start, Date.now() - date, performance.now() - performanceNow, Number(process.hrtime.bigint() - hrtime) / 1e6],
      left: context.getRemainingTimeInMillis(),
      requestId: context.awsRequestId,
      chance: [Math.random(), require('node:crypto').randomUUID(), crypto.getRandomValues(new Uint8Array(4)).join()],
      node: process.version,
    };
  };
`);

interface Slept {
  readonly calls: number;
  readonly start: string;
  readonly waited: readonly number[];
  readonly left: number;
  readonly requestId: string;
  readonly chance: readonly unknown[];
  readonly node: string;
}

async function invoke<T>(fn: LambdaFunction, event: object = {}, options = {}): Promise<T> {
  const result = await inWorld(async world => world.functions.invoke(fn, JSON.stringify(event)), options);
  return JSON.parse(result.payload) as T;
}

it.each([['nodejs22.x', /^v22\./], ['nodejs24.x', /^v24\./]])('runs a function on the Node.js of %s, on virtual time', async (runtime, version) => {
  const slept = await invoke<Slept>({ ...SLEEPER, runtime });
  expect(slept.node).toMatch(version);
  expect(slept.start).toMatch(/^2025-01-01T00:00:00/);
  expect(slept.waited).toEqual([600_000, 600_000, 600_000, 600_000]);
  expect(slept.left).toBe(300_000);
});

it('refuses a runtime that it has no Node.js for', async () => {
  await expect(invoke({ ...SLEEPER, runtime: 'nodejs20.x' })).rejects.toThrow("The runtime 'nodejs20.x' is not simulated");
});

it('leaves nothing to chance but the seed', async () => {
  const [first, second, other] = [await invoke<Slept>(SLEEPER), await invoke<Slept>(SLEEPER), await invoke<Slept>(SLEEPER, {}, { seed: 2 })];
  expect(second).toEqual(first);
  expect(other.chance).not.toEqual(first.chance);
});

it('reuses a warm environment, and gives each invocation of the same time one of its own', async () => {
  const results = await inWorld(async world => {
    const call = async () => JSON.parse((await world.functions.invoke(SLEEPER, '{}')).payload) as Slept;
    return [...await Promise.all([call(), call(), call(), call(), call()]), await call()];
  });
  expect(results.map(result => result.calls)).toEqual([1, 1, 1, 1, 1, 2]);
  expect(new Set(results.map(result => result.chance.join())).size).toBe(6);
});

it('gives each environment instances of its own of all modules of the function', async () => {
  const fn = functionOf(`
    const counter = require('./counter');
    exports.handler = async () => {
      await new Promise(resolve => setTimeout(resolve, 1000));
      return counter.count();
    };
  `);
  writeFileSync(path.join(fn.codeDirectory, 'counter.js'), 'let calls = 0; exports.count = () => calls += 1;');
  const results = await inWorld(async world => Promise.all([world.functions.invoke(fn, '{}'), world.functions.invoke(fn, '{}')]));
  expect(results).toEqual([{ payload: '1' }, { payload: '1' }]);
});

it('runs a hundred invocations at once', async () => {
  const times = await inWorld(async world => Promise.all(Array.from({ length: 100 }, async (_, index) => {
    const { payload } = await world.functions.invoke(SLEEPER, JSON.stringify({ seconds: index }));
    return (JSON.parse(payload) as Slept).waited[0];
  })));
  expect(times).toEqual(Array.from({ length: 100 }, (_, index) => Math.max(1, index * 1000)));
});

it('answers with the error that a function throws, in the words of Lambda', async () => {
  const fn = functionOf('exports.handler = async () => { throw new TypeError("no such thing"); };');
  const result = await inWorld(async world => world.functions.invoke(fn, '{}'));
  expect(result.functionError).toBe('Unhandled');
  expect(JSON.parse(result.payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no such thing' });
  expect(result.payload).toContain('/var/task/index.js');
});

it.each([
  ['a handler that is not exported', '', 'Runtime.HandlerNotFound'],
  ['a module that throws', 'throw new RangeError("at load");', 'RangeError'],
  ['an exit', 'exports.handler = async () => process.exit(7);', 'Runtime.ExitError'],
  ['an exception that nobody catches', 'exports.handler = () => new Promise(() => setImmediate(() => { throw new Error("late"); }));', 'Runtime.ExitError'],
])('answers %s with its error, and works on', async (_what, code, errorType) => {
  const fn = functionOf(code);
  const results = await inWorld(async world => [await world.functions.invoke(fn, '{}'), await world.functions.invoke(fn, '{}')]);
  expect(results.map(result => JSON.parse(result.payload) as object)).toMatchObject([{ errorType }, { errorType }]);
});

it('ends an invocation at its time-out and nothing of it goes on; others go on', async () => {
  const lines: string[] = [];
  const fn = functionOf(`exports.handler = async ({ seconds }) => {
    await new Promise(resolve => setTimeout(resolve, seconds * 1000));
    console.log('slept', seconds);
  };`, { timeoutSeconds: 3 });
  const [late, timely, end] = await inWorld(async world => {
    const both = await Promise.all([world.functions.invoke(fn, '{"seconds":4}'), world.functions.invoke(fn, '{"seconds":2}')]);
    await world.functions.invoke(fn, '{"seconds":2.5}');
    return [...both, world.clock.now()];
  }, { onLog: (_fn, line) => lines.push(line) });
  expect(late.payload).toMatch(/"errorType":"Sandbox.Timedout".*Task timed out after 3.00 seconds/);
  expect(timely).toEqual({ payload: 'null' });
  expect(lines).toEqual(['slept 2', 'slept 2.5']);
  expect(end).toBeLessThan(Date.UTC(2025, 0, 1, 0, 0, 8));
});

it('ends a function that spins, which then times out', async () => {
  const fn = functionOf('exports.handler = () => { for (;;); };', { timeoutSeconds: 60 });
  const [result, seconds] = await inWorld(async world => {
    const start = world.clock.now();
    return [await world.functions.invoke(fn, '{}'), (world.clock.now() - start) / 1000] as const;
  }, { watchdogSeconds: 0.5 });
  expect(result.payload).toContain('Task timed out after 60.00 seconds');
  expect(Math.floor(seconds)).toBe(60);
});

it('freezes the timers of an environment between its invocations', async () => {
  const fn = functionOf(`
    let fired = 0;
    exports.handler = async ({ seconds }) => {
      setTimeout(() => fired = Date.now(), 1000);
      if (seconds) await new Promise(resolve => setTimeout(resolve, seconds * 1000));
      return { fired, now: Date.now() };
    };
  `);
  const [first, second] = await inWorld(async world => {
    const call = async (seconds: number) => {
      const { payload } = await world.functions.invoke(fn, JSON.stringify({ seconds }));
      return JSON.parse(payload) as Record<string, number>;
    };
    const before = await call(0);
    await world.clock.sleep(60_000);
    return [before, await call(0.5)];
  });
  expect(first.fired).toBe(0);
  expect(second.fired).toBe(second.now - 500);
});

it('gives a function what Lambda gives it and nothing of this machine', async () => {
  process.env.AWS_PROFILE = 'of-this-machine';
  const fn = functionOf('exports.handler = async () => process.env;', { environment: { OWN: 'value' } });
  const env = await invoke<Record<string, string>>(fn);
  delete process.env.AWS_PROFILE;
  expect(env).toMatchObject({ OWN: 'value', AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'Fixture', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' });
  expect(Object.keys(env).filter(name => process.env[name] === env[name] && !['PATH', 'LANG', 'TZ'].includes(name))).toEqual([]);
  expect(env.AWS_PROFILE).toBeUndefined();
});

it('collects the lines of the console above the level that the function wants', async () => {
  const code = 'exports.handler = async () => { console.log(JSON.stringify({ step: 1 })); console.error("two\\nlines"); };';
  const lines: string[] = [];
  const onLog = (fn: LambdaFunction, line: string) => lines.push(`${fn.logicalId}: ${line}`);
  await invoke(functionOf(code), {}, { onLog });
  await invoke(functionOf(code, { logicalId: 'Silent', logging: { applicationLevel: 'FATAL' } }), {}, { onLog });
  expect(lines).toEqual(['Fixture: {"step":1}', 'Fixture: two', 'Fixture: lines']);
});

it('uses new processes once the function has changed', async () => {
  const fn = functionOf('exports.handler = async () => process.env.VALUE;');
  const results = await inWorld(async world => {
    const call = async (value: string) => (await world.functions.invoke({ ...fn, environment: { VALUE: value } }, '{}')).payload;
    return [await call('a'), await call('b'), await call('b')];
  });
  expect(results).toEqual(['"a"', '"b"', '"b"']);
});

it.each([
  ['a request to another host', "require('node:https').get('https://example.com/');", 'a request to https://example.com'],
  ['the metadata service', "require('node:http').get('http://169.254.169.254/');", 'a request to http://169.254.169.254'],
  ['fetch', "await fetch('http://127.0.0.1/');", 'fetch'],
])('refuses %s by name', async (_what, code, name) => {
  const fn = functionOf(`exports.handler = async () => { ${code} };`);
  await expect(invoke(fn)).rejects.toThrow(`Fixture: ${name}`);
});
