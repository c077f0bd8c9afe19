import { functionOf, inWorld } from './function-fixture';
import { Authorize, LambdaService } from '../../simulator/lambda';
import { SimulatedWorld } from '../../simulator/simulated-world';
import { WireReply, WireRequest } from '../../simulator/wire';

const ECHO = functionOf('exports.handler = async event => { if (event.fail) throw new TypeError(event.fail); return { echo: event }; };', { logicalId: 'Echo' });

/** Sends that event to Echo with the SDK, and tells what the SDK makes of the answer. */
const CALLER = functionOf(`
  const { Lambda } = require('@aws-sdk/client-lambda');
  exports.handler = async ({ input, event }) => {
    const { Payload, FunctionError, StatusCode } = await new Lambda({ maxAttempts: 1 }).invoke({ ...input, Payload: JSON.stringify(event) });
    return { FunctionError, StatusCode, payload: JSON.parse(Payload.transformToString()) };
  };
`, { logicalId: 'Caller' });

function lambdaOf(world: SimulatedWorld, authorize: Authorize = () => undefined): LambdaService {
  const lambda = new LambdaService(world, authorize);
  [ECHO, CALLER].forEach(fn => lambda.register(fn));
  world.serve('lambda', lambda);
  return lambda;
}

async function callEcho(input: object, event: object, authorize?: Authorize): Promise<unknown> {
  return inWorld(async world => {
    lambdaOf(world, authorize);
    return JSON.parse((await world.functions.invoke(CALLER, JSON.stringify({ input, event }))).payload) as unknown;
  });
}

function request(method: string, path: string, headers: Record<string, string> = {}): WireRequest {
  const caller = { functionArn: CALLER.arn, roleArn: CALLER.roleArn };
  return { service: 'lambda', region: 'eu-west-1', method, path: `/2015-03-31/functions/${path}`, query: new URLSearchParams(), headers, body: '', caller };
}

it.each([ECHO.arn, 'Echo'])('invokes the function %s and hands its answer back', async FunctionName => {
  expect(await callEcho({ FunctionName }, { a: 1 })).toEqual({ StatusCode: 200, payload: { echo: { a: 1 } } });
});

it('says that the function failed', async () => {
  expect(await callEcho({ FunctionName: ECHO.arn }, { fail: 'so' })).toMatchObject({
    FunctionError: 'Unhandled', StatusCode: 200, payload: { errorType: 'TypeError', errorMessage: 'so' },
  });
});

it('asks whether the caller may, and denies in its words', async () => {
  const asked: unknown[] = [];
  const authorize: Authorize = (...question) => {
    asked.push(question);
    return 'User is not authorized';
  };
  const answer = await callEcho({ FunctionName: ECHO.arn }, {}, authorize);
  expect(answer).toMatchObject({ errorType: 'AccessDeniedException', errorMessage: 'User is not authorized' });
  expect(asked).toEqual([[{ functionArn: CALLER.arn, roleArn: CALLER.roleArn }, 'lambda:InvokeFunction', ECHO.arn]]);
});

it('does not know a function that was never registered, or removed', async () => {
  expect(await callEcho({ FunctionName: 'Other' }, {})).toMatchObject({ errorType: 'ResourceNotFoundException' });
  const reply = await inWorld(async world => {
    const lambda = lambdaOf(world);
    lambda.remove(ECHO.arn);
    return lambda.handle(request('POST', 'Echo/invocations'));
  });
  expect(reply).toMatchObject({ status: 404 });
});

it('describes a function', async () => {
  const reply = await inWorld(async world => lambdaOf(world).handle(request('GET', encodeURIComponent(ECHO.arn)))) as WireReply;
  expect(JSON.parse(reply.body)).toMatchObject({ Configuration: { FunctionName: 'Echo', FunctionArn: ECHO.arn, State: 'Active' } });
});

it.each([
  ['POST', 'Echo/invocations', { 'x-amz-invocation-type': 'Event' }, 'lambda Invoke with InvocationType Event'],
  ['POST', 'Echo%3Aprod/invocations', {}, "the Lambda function name 'Echo:prod' with a qualifier"],
  ['DELETE', 'Echo', {}, 'lambda DELETE /2015-03-31/functions/Echo'],
])('refuses %s %s %j by name', async (method, path, headers, message) => {
  await expect(inWorld(async world => lambdaOf(world).handle(request(method, path, headers)))).rejects.toThrow(`Not simulated: ${message}`);
});

describe('an asynchronous invocation', () => {
  /** Fails so many times. */
  const failing = (times: number) => functionOf(`
    let calls = 0;
    exports.handler = async () => {
      console.log(Math.round(Date.now() / 1000));
      if (++calls <= ${times}) throw new Error('not yet');
    };
  `);

  async function secondsOfAttempts(times: number): Promise<number[]> {
    const seconds: number[] = [];
    await inWorld(async world => {
      const fn = failing(times);
      const lambda = lambdaOf(world);
      lambda.register(fn);
      await lambda.invokeAsync(fn.arn, '{}');
      await world.clock.sleep(3_600_000);
    }, { onLog: (_fn, line) => seconds.push(Number(line)) });
    return seconds.map(second => second - seconds[0]);
  }

  it('is not repeated when it went well', async () => {
    expect(await secondsOfAttempts(0)).toEqual([0]);
  });

  it('is tried again after one minute and after two more', async () => {
    expect(await secondsOfAttempts(9)).toEqual([0, 60, 180]);
  });

  it('is over with the first attempt that goes well', async () => {
    expect(await secondsOfAttempts(1)).toEqual([0, 60]);
  });

  it('needs a function', async () => {
    await expect(inWorld(async world => lambdaOf(world).invokeAsync(`${ECHO.arn}2`, '{}'))).rejects.toThrow('Function not found');
  });
});

describe('Lambda with room for one function', () => {
  const sleeping = functionOf('exports.handler = async () => { console.log(Math.round(Date.now() / 1000)); await new Promise(done => setTimeout(done, 10_000)); };');

  async function starts(work: (lambda: LambdaService, world: SimulatedWorld) => Promise<void>): Promise<number[]> {
    const seconds: number[] = [];
    await inWorld(async world => {
      const lambda = lambdaOf(world);
      lambda.concurrency = 1;
      lambda.register(sleeping);
      await lambda.invokeAsync(sleeping.arn, '{}');
      await work(lambda, world);
      await world.clock.sleep(60_000);
    }, { onLog: (_fn, line) => seconds.push(Number(line)) });
    return seconds.map(second => second - seconds[0]);
  }

  it('throttles who waits for an answer, until there is room', async () => {
    const statuses: unknown[] = [];
    await starts(async (lambda, world) => {
      for (const seconds of [1, 20]) {
        await world.clock.sleep(seconds * 1_000);
        statuses.push((await lambda.handle(request('POST', 'Echo/invocations')) as WireReply).status);
      }
    });
    expect(statuses).toEqual([429, 200]);
  });

  it('keeps an event until there is room', async () => {
    const [first, second] = await starts(async lambda => lambda.invokeAsync(sleeping.arn, '{}'));
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(10);
    expect(second).toBeLessThanOrEqual(16);
  });
});

it('refuses a runtime that it cannot run, also where nobody waits', async () => {
  await expect(inWorld(async world => {
    const lambda = lambdaOf(world);
    lambda.register({ ...ECHO, runtime: 'python3.13' });
    await lambda.invokeAsync(ECHO.arn, '{}');
    await world.clock.sleep(60_000);
  })).rejects.toThrow("The runtime 'python3.13' is not simulated");
});
