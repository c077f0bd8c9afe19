import { functionOf } from './function-fixture';
import { LambdaFunction } from '../../simulator/functions/lambda-function';
import { Machine, startMachine } from '../../simulator/machine';
import { SimulatedWorld, startWorld } from '../../simulator/simulated-world';

/** Tells its process, and all that a world gives to a function. */
const TELLER = functionOf(`
  const { randomUUID } = require('node:crypto');
  let calls = 0;
  exports.handler = async ({ waits }, context) => {
    global.calls = (global.calls ?? 0) + 1;
    const seen = { time: Date.now(), uuid: randomUUID(), uptime: process.uptime(), calls: ++calls, name: process.env.NAME, extra: process.env.EXTRA, stream: context.logStreamName };
    console.log('called');
    if (waits) await new Promise(resolve => setTimeout(resolve, 60_000));
    return { process: process.pid, seen };
  };
`);

interface Told {
  readonly process: number;
  readonly seen: Record<string, unknown>;
}

function named(name: string, environment: Record<string, string> = {}): LambdaFunction {
  return { ...TELLER, environment: { NAME: name, ...environment } };
}

async function inWorldOn<T>(machine: Machine | undefined, work: (world: SimulatedWorld) => Promise<T>): Promise<T> {
  const world = await startWorld({ seed: 7, machine });
  try {
    return await world.run(work(world));
  } finally {
    await world.close();
  }
}

async function ask(world: SimulatedWorld, fn: LambdaFunction, event: object = {}): Promise<Told> {
  return JSON.parse((await world.functions.invoke(fn, JSON.stringify(event))).payload) as Told;
}

describe('a machine that lives on', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await startMachine();
  });
  afterEach(async () => machine.close());

  it('leaves the process of a function to the next world, in which nothing tells of the one before', async () => {
    const first = await inWorldOn(machine, async world => ask(world, named('first', { EXTRA: 'yes' })));
    const second = await inWorldOn(machine, async world => ask(world, named('second')));
    const fresh = await inWorldOn(undefined, async world => ask(world, named('second')));
    expect(second.process).toBe(first.process);
    expect(second.seen).toEqual(fresh.seen);
    expect(second.seen).toMatchObject({ name: 'second', calls: 1 });
    expect(second.seen).not.toHaveProperty('extra');
  });

  it('leaves it to another function with the same code, too, when its own is deleted', async () => {
    const [first, second] = await inWorldOn(machine, async world => {
      const told = await ask(world, TELLER);
      world.functions.retire(TELLER.arn);
      return [told, await ask(world, { ...TELLER, arn: `${TELLER.arn}2` })];
    });
    expect(second.process).toBe(first.process);
  });

  it('ends a process in which something may go on', async () => {
    const first = await inWorldOn(machine, async world => ask(world, TELLER));
    await inWorldOn(machine, async world => {
      void world.functions.invoke(TELLER, '{"waits":true}');
      await world.clock.sleep(10_000);
    });
    const third = await inWorldOn(machine, async world => ask(world, TELLER));
    expect(third.process).not.toBe(first.process);
  });

  it('does not give a function a process that has run other code', async () => {
    const first = await inWorldOn(machine, async world => ask(world, TELLER));
    const other = functionOf('exports.handler = async () => ({ process: process.pid, seen: {} });');
    const second = await inWorldOn(machine, async world => ask(world, other));
    expect(second.process).not.toBe(first.process);
  });
});
