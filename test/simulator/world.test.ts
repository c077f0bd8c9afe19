import { functionOf, inWorld } from './function-fixture';
import { SimulatedWorld } from '../../simulator/simulated-world';
import { Answer, WireRequest } from '../../simulator/wire';

/** Asks AWS Backup for a copy job with the SDK and tells what it got, and when. */
const CALLER = functionOf(`
  const { Lambda } = require('@aws-sdk/client-lambda');
  const client = new Lambda({ maxAttempts: 1 });
  exports.handler = async ({ name = 'asked' }) => {
    const start = Date.now();
    const answer = await client.getFunction({ FunctionName: name }).catch(error => ({ error: error.name, code: error.code, message: error.message }));
    return { answer: { ...answer, $metadata: undefined }, milliseconds: Date.now() - start };
  };
`);

interface Called {
  readonly answer: { readonly Configuration?: { readonly FunctionName: string }; readonly error?: string; readonly code?: string };
  readonly milliseconds: number;
}

const ANSWER = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"Configuration":{"FunctionName":"served"}}' };

function serving(world: SimulatedWorld, handle: (request: WireRequest) => Promise<Answer> | Answer): void {
  world.serve('lambda', { handle: async request => handle(request) });
}

async function call(world: SimulatedWorld, event: object = {}): Promise<Called> {
  return JSON.parse((await world.functions.invoke(CALLER, JSON.stringify(event))).payload) as Called;
}

it('brings what a function asks of AWS to the service of that name, with who asked', async () => {
  const requests: WireRequest[] = [];
  const { answer } = await inWorld(async world => {
    serving(world, request => {
      requests.push(request);
      return ANSWER;
    });
    return call(world);
  });
  expect(answer.Configuration?.FunctionName).toBe('served');
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    service: 'lambda',
    region: 'eu-west-1',
    method: 'GET',
    path: '/2015-03-31/functions/asked',
    caller: { functionArn: CALLER.arn, roleArn: CALLER.roleArn },
  });
  expect(requests[0].headers['x-amz-date']).toMatch(/^20250101T0000/);
  expect(requests[0].headers).not.toHaveProperty('x-simulator-request');
});

it('holds a reply for as long as the service takes', async () => {
  const { answer, milliseconds } = await inWorld(async world => {
    serving(world, async () => {
      await world.clock.sleep(30_000);
      return ANSWER;
    });
    return call(world);
  });
  expect(answer.Configuration).toBeDefined();
  expect(milliseconds).toBeGreaterThan(30_000);
  expect(milliseconds).toBeLessThan(30_100);
});

it('closes the connection of a dropped request', async () => {
  const { answer } = await inWorld(async world => {
    serving(world, () => 'drop');
    return call(world);
  });
  expect(answer.code).toBe('ECONNRESET');
});

it('lets a request find nobody who listens', async () => {
  const { answer } = await inWorld(async world => {
    serving(world, () => 'refuse');
    return call(world);
  });
  expect(answer.code).toBe('ECONNREFUSED');
});

it('closes the connection in the middle of an answer', async () => {
  const { answer } = await inWorld(async world => {
    serving(world, () => ({ ...ANSWER, cut: true }));
    return call(world);
  });
  expect(answer.code).toBe('ECONNRESET');
});

it('ends the invocation of a caller whose function is made to crash, and only that', async () => {
  const served: string[] = [];
  const results = await inWorld(async world => {
    serving(world, async request => {
      served.push(request.path);
      if (request.path.endsWith('crash')) world.functions.crash(request.caller);
      else await world.clock.sleep(60_000);
      return ANSWER;
    });
    return Promise.all([{ name: 'crash' }, { name: 'other' }].map(async event => world.functions.invoke(CALLER, JSON.stringify(event))));
  });
  expect(served).toHaveLength(2);
  expect(results[0].payload).toMatch(/"errorType":"Runtime.ExitError".*signal: killed/);
  expect(results[1].functionError).toBeUndefined();
});

it('refuses a service that is not simulated by name', async () => {
  await expect(inWorld(call)).rejects.toThrow('Not simulated: lambda (GET /2015-03-31/functions/asked)');
});

it('turns away a request signed with the key of nobody', async () => {
  const fn = functionOf(`
    const { Lambda } = require('@aws-sdk/client-lambda');
    exports.handler = async () => new Lambda({ credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' } }).getFunction({ FunctionName: 'f' });
  `);
  const { payload } = await inWorld(async world => {
    serving(world, () => ANSWER);
    return world.functions.invoke(fn, '{}');
  });
  expect(payload).toContain('The security token included in the request is invalid.');
});

it('takes the response for CloudFormation under the name of its bucket, over TLS', async () => {
  const fn = functionOf(`
    const https = require('node:https');
    exports.handler = async url => new Promise((resolve, reject) => {
      const { hostname, pathname, search } = new URL(url);
      const request = https.request({ hostname, path: pathname + search, method: 'PUT' }, response => {
        response.resume();
        response.on('end', () => resolve(response.statusCode));
      });
      request.on('error', reject);
      request.end('the response');
    });
  `);
  const url = 'https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/stack%7Cid?X-Amz-Date=1&b=2';
  const requests: WireRequest[] = [];
  const result = await inWorld(async world => {
    world.serve('response-url', {
      handle: async request => {
        requests.push(request);
        return { status: 200, body: '' };
      },
    });
    return world.functions.invoke(fn, JSON.stringify(url));
  });
  expect(result).toEqual({ payload: '200' });
  expect(requests).toMatchObject([{ service: 'response-url', region: 'eu-west-1', method: 'PUT', path: '/stack%7Cid', body: 'the response' }]);
  expect(requests[0].query.get('b')).toBe('2');
});

it('shows a frozen environment no reply until it runs again', async () => {
  const fn = functionOf(`
    const { Lambda } = require('@aws-sdk/client-lambda');
    let seen = [];
    exports.handler = async ({ ask, seconds }) => {
      if (ask) new Lambda({}).getFunction({ FunctionName: 'f' }).then(() => seen.push(Date.now()));
      await new Promise(resolve => setTimeout(resolve, seconds * 1000));
      return { seen, now: Date.now() };
    };
  `);
  const [first, second] = await inWorld(async world => {
    serving(world, async () => {
      await world.clock.sleep(5_000);
      return ANSWER;
    });
    const invoke = async (event: object) => {
      const { payload } = await world.functions.invoke(fn, JSON.stringify(event));
      return JSON.parse(payload) as { seen: number[]; now: number };
    };
    const before = await invoke({ ask: true, seconds: 1 });
    await world.clock.sleep(60_000);
    return [before, await invoke({ seconds: 1 })];
  });
  expect(first.seen).toEqual([]);
  expect(second.seen).toEqual([second.now - 1000]);
});

it('lets the same things happen in the same order for the same seed, and in others for others', async () => {
  const history = async (seed: number) => inWorld(async world => {
    const events: string[] = [];
    serving(world, async request => {
      events.push(`${world.clock.now()} ${request.path}`);
      await world.clock.sleep(Math.floor(world.random() * 200));
      return ANSWER;
    });
    const names = Array.from({ length: 20 }, (_, index) => `f${index}`);
    await Promise.all(names.map(async name => {
      await call(world, { name });
      events.push(`${world.clock.now()} ${name}`);
    }));
    return events;
  }, { seed });
  const [first, second, other] = [await history(1), await history(1), await history(2)];
  expect(first).toHaveLength(40);
  expect(second).toEqual(first);
  expect(other.map(event => event.split(' ')[1])).not.toEqual(first.map(event => event.split(' ')[1]));
});

it('says so when nothing can happen any more', async () => {
  await expect(inWorld(async () => new Promise(() => undefined))).rejects.toThrow('Nothing can happen any more');
});

it('lets events happen by time, and in the order of the calls where that is equal', async () => {
  const order = await inWorld(async ({ clock }) => {
    const start = clock.now();
    const happened: string[] = [];
    const happen = (name: string) => () => happened.push(`${name} ${clock.now() - start}`);
    for (const time of [5, 3, 9, 3, 7, 1, 8, 3]) clock.at(start + time, happen('event'));
    clock.at(start + 3, happen('last of three'));
    clock.at(start + 4, happen('cancelled'))();
    clock.at(start - 4, happen('past'));
    await clock.sleep(20);
    return happened;
  });
  expect(order).toEqual([
    'past 0', 'event 1', 'event 3', 'event 3', 'event 3', 'last of three 3', 'event 5', 'event 7', 'event 8', 'event 9',
  ]);
});
