import { Duration } from 'aws-cdk-lib';
import { inWorld } from './function-fixture';
import { DeployedProvider, Polling } from './provider-fixture';
import { Authorize } from '../../simulator/lambda';
import { SimulatedWorld } from '../../simulator/simulated-world';
import { StepFunctionsService } from '../../simulator/step-functions';
import { Answer, WireReply, WireRequest } from '../../simulator/wire';

const EVERY_30_SECONDS: Polling = { queryInterval: Duration.seconds(30), totalTimeout: Duration.minutes(10) };

/** Complete so many seconds after the start. */
const handler = (seconds: number) => `
  exports.onEvent = async ({ RequestId }) => ({ PhysicalResourceId: 'physical-' + RequestId, Start: Date.now() });
  exports.isComplete = async ({ Start }) => {
    const IsComplete = Date.now() >= Start + ${seconds} * 1000;
    return IsComplete ? { IsComplete, Data: { Took: (Date.now() - Start) / 1000 } } : { IsComplete };
  };
`;

describe("the CDK's provider framework", () => {
  it('starts, polls and responds', async () => {
    const { seconds, body } = await inWorld(async world => new DeployedProvider(world, handler(100), EVERY_30_SECONDS).create('r1'));
    expect(body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'physical-r1', Data: { Took: expect.any(Number) as number } });
    expect(seconds).toBeGreaterThan(120);
    expect(seconds).toBeLessThan(130);
  });

  it('gives up after its last attempt, each of which took its own time', async () => {
    const { seconds, body } = await inWorld(async world => new DeployedProvider(world, handler(1e6), EVERY_30_SECONDS).create('r1'));
    expect(body).toMatchObject({ Status: 'FAILED', Reason: 'Operation timed out', PhysicalResourceId: 'physical-r1' });
    expect(seconds).toBeGreaterThan(601);
    expect(seconds).toBeLessThan(620);
  });

  it('answers what the handler throws', async () => {
    const code = 'exports.onEvent = async () => { throw new Error("no such vault"); };';
    const { body } = await inWorld(async world => new DeployedProvider(world, code, EVERY_30_SECONDS).create('r1'));
    expect(body).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^no such vault\n\nLogs: /) as string });
  });

  it('runs five at once, in the same order for the same seed', async () => {
    const run = async () => inWorld(async world => {
      const provider = new DeployedProvider(world, handler(60), EVERY_30_SECONDS);
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async id => provider.create(id)));
      while (provider.responses.length < 5) await world.clock.sleep(1000);
      return provider.responses.map(({ seconds, body }) => `${seconds} ${body.PhysicalResourceId} ${body.Status}`);
    });
    const [first, second] = [await run(), await run()];
    expect(first.map(line => line.split(' ')[1]).sort()).toEqual(['physical-a', 'physical-b', 'physical-c', 'physical-d', 'physical-e']);
    expect(second).toEqual(first);
  });

  it('waits six hours in a few seconds', async () => {
    const start = performance.now();
    const polling = { queryInterval: Duration.seconds(30), totalTimeout: Duration.hours(7) };
    const { seconds, body } = await inWorld(async world => new DeployedProvider(world, handler(6 * 3600), polling).create('r1'));
    expect(body.Status).toBe('SUCCESS');
    expect(seconds).toBeGreaterThan(6 * 3600);
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});

const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:Machine';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:Function';
const CALLER = { functionArn: FUNCTION, roleArn: 'arn:aws:iam::111122223333:role/caller' };
const DONE = { status: 200, body: '"done"' };

/** Step Functions with one machine of that one task, whose function gives these answers in turn. */
function machineOf(world: SimulatedWorld, task: object, answers: Answer[], authorize: Authorize = () => undefined) {
  const attempts: { readonly second: number; readonly request: WireRequest }[] = [];
  const start = world.clock.now();
  const lambda = {
    handle: async (request: WireRequest) => {
      attempts.push({ second: (world.clock.now() - start) / 1000, request });
      return answers.length > 1 ? answers.shift()! : answers[0];
    },
  };
  const service = new StepFunctionsService(world, lambda, authorize);
  const states = { Only: { Type: 'Task', Resource: FUNCTION, End: true, ...task }, Other: { Type: 'Task', Resource: `${FUNCTION}2`, End: true } };
  service.register({ arn: MACHINE, definition: JSON.stringify({ StartAt: 'Only', States: states }), roleArn: 'arn:aws:iam::111122223333:role/machine' });
  const startExecution = async (parameters: object) => {
    const reply = await service.handle({
      service: 'states',
      region: 'eu-west-1',
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      caller: CALLER,
      headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
      body: JSON.stringify({ stateMachineArn: MACHINE, name: 'name', input: '{}', ...parameters }),
    }) as WireReply;
    return { status: reply.status, ...JSON.parse(reply.body) as object };
  };
  return { service, attempts, startExecution };
}

function failed(errorType?: string): Answer {
  return { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify({ errorType, errorMessage: 'message' }) };
}

/** When a task is tried, and how its execution ends. */
async function execute(task: object, answers: Answer[]) {
  return inWorld(async world => {
    const { service, attempts, startExecution } = machineOf(world, task, answers);
    await startExecution({ input: '{"a":1}' });
    await world.clock.sleep(86_400_000);
    return {
      seconds: attempts.map(attempt => attempt.second),
      requests: attempts.map(attempt => attempt.request),
      outcome: service.executions()[0].outcome,
    };
  });
}

describe('an execution', () => {
  it("invokes the task's function as the machine's role, with its input", async () => {
    const { requests, outcome } = await execute({}, [DONE]);
    expect(requests).toMatchObject([{
      method: 'POST',
      path: `/2015-03-31/functions/${encodeURIComponent(FUNCTION)}/invocations`,
      body: '{"a":1}',
      caller: { roleArn: 'arn:aws:iam::111122223333:role/machine' },
    }]);
    expect(outcome).toEqual({ output: '"done"' });
  });

  it.each([
    ['the interval, grown by the back-off rate', [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 3 }], [0, 2, 8, 26]],
    ['three times by default', [{ ErrorEquals: ['States.ALL'] }], [0, 1, 3, 7]],
    ['only errors that are named', [{ ErrorEquals: ['Other'], MaxAttempts: 9 }], [0]],
    ['as the first retrier that names the error says', [{ ErrorEquals: ['Wrong'], MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'] }], [0, 1]],
    ['never when it says so', [{ ErrorEquals: ['Wrong'], MaxAttempts: 0 }], [0]],
  ])('retries after %s', async (_what, Retry, seconds) => {
    expect((await execute({ Retry }, [failed('Wrong')])).seconds).toEqual(seconds);
  });

  it('counts the retries of each retrier for itself', async () => {
    const Retry = [{ ErrorEquals: ['A'], IntervalSeconds: 10, MaxAttempts: 1 }, { ErrorEquals: ['B'], IntervalSeconds: 1, MaxAttempts: 2 }];
    const { seconds, outcome } = await execute({ Retry }, [failed('A'), failed('B'), failed('B'), failed('A')]);
    expect(seconds).toEqual([0, 10, 11, 13]);
    expect(outcome).toMatchObject({ error: 'A' });
  });

  it('hands a caught error on to the next state', async () => {
    const { requests, outcome } = await execute({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Other' }] }, [failed('Wrong'), DONE]);
    expect(JSON.parse(requests[1].body)).toEqual({ Error: 'Wrong', Cause: '{"errorType":"Wrong","errorMessage":"message"}' });
    expect(requests[1].path).toContain(encodeURIComponent(`${FUNCTION}2`));
    expect(outcome).toEqual({ output: '"done"' });
  });

  it.each<[string, Answer, string]>([
    ['a function without an error type', failed(), 'Lambda.Unknown'],
    ['an error of Lambda', { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' }, body: '{}' }, 'Lambda.TooManyRequestsException'],
    ['a closed connection', 'drop', 'Lambda.SdkClientException'],
    ['half an answer', { status: 200, body: '"do', cut: true }, 'Lambda.SdkClientException'],
    ['an answer that cannot be read', { status: 200, body: '{"IsComp' }, 'Lambda.SdkClientException'],
  ])('names the error of %s', async (_what, answer, error) => {
    expect((await execute({}, [answer])).outcome).toMatchObject({ error });
  });

  it.each([
    [{ TimeoutSeconds: 5 }, "'TimeoutSeconds' of state 'Only'"],
    [{ Type: 'Wait' }, "state 'Only' of type 'Wait'"],
    [{ Resource: 'arn:aws:states:::lambda:invoke' }, "state 'Only' with the Resource 'arn:aws:states:::lambda:invoke'"],
    [{ Retry: [{ ErrorEquals: ['States.ALL'], MaxDelaySeconds: 5 }] }, "'MaxDelaySeconds' of a Retry of state 'Only'"],
    [{ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Other', ResultPath: '$.x' }] }, "'ResultPath' of a Catch of state 'Only'"],
  ])('is refused by name where its definition has %j', async (task, message) => {
    await expect(execute(task, [DONE])).rejects.toThrow(`Not simulated: ${message}`);
  });
});

describe('StartExecution', () => {
  const slow = { Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 60, MaxAttempts: 1 }] };
  const answers = () => [failed('Wrong'), DONE];

  it('is idempotent while the execution runs with the same input', async () => {
    const [first, again, other, late, attempts] = await inWorld(async world => {
      const machine = machineOf(world, slow, answers());
      const replies = [await machine.startExecution({}), await machine.startExecution({}), await machine.startExecution({ input: '{"b":2}' })];
      await world.clock.sleep(100_000);
      return [...replies, await machine.startExecution({}), machine.attempts.length];
    });
    expect(first).toEqual({ status: 200, executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:Machine:name', startDate: 1735689600 });
    expect(again).toEqual(first);
    expect(other).toMatchObject({ status: 400, __type: 'ExecutionAlreadyExists' });
    expect(late).toMatchObject({ status: 400, __type: 'ExecutionAlreadyExists' });
    expect(attempts).toBe(2);
  });

  it.each([
    [{ stateMachineArn: `${MACHINE}2` }, 'StateMachineDoesNotExist'],
    [{ name: 'a name' }, 'InvalidName'],
    [{ name: 'n'.repeat(81) }, 'InvalidName'],
    [{ input: '{' }, 'InvalidExecutionInput'],
    [{ input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput'],
  ])('refuses what AWS refuses', async (parameters, __type) => {
    expect(await inWorld(async world => machineOf(world, {}, [DONE]).startExecution(parameters))).toMatchObject({ status: 400, __type });
  });

  it('asks whether the caller may', async () => {
    const asked: unknown[] = [];
    const authorize: Authorize = (...question) => {
      asked.push(question);
      return 'User is not authorized';
    };
    const reply = await inWorld(async world => machineOf(world, {}, [DONE], authorize).startExecution({}));
    expect(reply).toMatchObject({ status: 400, __type: 'AccessDeniedException', message: 'User is not authorized' });
    expect(asked).toEqual([[CALLER, 'states:StartExecution', MACHINE]]);
  });
});
