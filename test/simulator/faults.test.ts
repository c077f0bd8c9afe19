import { BackupClient, StartCopyJobCommand } from '@aws-sdk/client-backup';
import { seeded, wireRequest } from './backup-fixture';
import { ManualClock } from './manual-clock';
import { CallCounter } from '../../simulator/call-counter';
import { Faults } from '../../simulator/faults';
import { parseScenario } from '../../simulator/scenario';
import { Answer, Service, WireReply } from '../../simulator/wire';

const DESCRIBE = wireRequest({ path: '/copy-jobs/1' });
const START = wireRequest({ method: 'PUT', path: '/copy-jobs', body: '{"IamRoleArn":"arn:aws:iam::111122223333:role/copy"}' });

function fixture(...faults: object[]): { clock: ManualClock; faults: Faults; backup: Service; served: () => number } {
  const clock = new ManualClock();
  const scenario = parseScenario(JSON.stringify({ faults }), 'test.json');
  const wrapper = new Faults(scenario.faults, { clock, random: seeded() });
  let served = 0;
  const service: Service = {
    handle: async () => {
      served++;
      return { status: 200, headers: {}, body: '{"CopyJob":{}}' };
    },
  };
  return { clock, faults: wrapper, backup: wrapper.wrap('backup', service), served: () => served };
}

function outcome(answer: Answer): string | number {
  return typeof answer === 'string' ? answer : answer.headers?.['x-amzn-errortype'] ?? answer.status;
}

async function outcomes(service: Service, calls: number, request = DESCRIBE): Promise<(string | number)[]> {
  const found = [];
  for (let i = 0; i < calls; i++) {
    found.push(outcome(await service.handle(request)));
  }
  return found;
}

it('hits its operation only', async () => {
  const { backup } = fixture({ operation: 'DescribeCopyJob', kind: 'throttling' });
  expect([...await outcomes(backup, 1), ...await outcomes(backup, 1, START)]).toEqual(['ThrottlingException', 200]);
});

it('skips calls, hits so many, then stops', async () => {
  const { backup, faults } = fixture({ operation: 'DescribeCopyJob', kind: 'serviceUnavailable', skip: 1, times: 2 });
  expect(await outcomes(backup, 5)).toEqual([200, 'ServiceUnavailableException', 'ServiceUnavailableException', 200, 200]);
  expect(faults.counts()).toEqual({ 'backup serviceUnavailable': 2 });
});

it('lets the first of several hit, and counts the call for the others', async () => {
  const { backup } = fixture(
    { operation: 'DescribeCopyJob', kind: 'throttling', times: 1 },
    { operation: 'DescribeCopyJob', kind: 'notFound', skip: 2 },
  );
  expect(await outcomes(backup, 3)).toEqual(['ThrottlingException', 200, 'ResourceNotFoundException']);
});

it('ends so long after its first call', async () => {
  const { backup, clock } = fixture({ operation: 'DescribeCopyJob', kind: 'notFound', forSeconds: 60 });
  await clock.pass(600);
  const found = await outcomes(backup, 1);
  await clock.pass(59);
  found.push(...await outcomes(backup, 1));
  await clock.pass(1);
  found.push(...await outcomes(backup, 1));
  expect(found).toEqual(['ResourceNotFoundException', 'ResourceNotFoundException', 200]);
});

it('hits a share of the calls, the same for the same seed', async () => {
  const run = async () => outcomes(fixture({ operation: 'DescribeCopyJob', kind: 'throttling', rate: 0.3 }).backup, 200);
  const found = await run();
  const hits = found.filter(name => name === 'ThrottlingException').length;
  expect(hits).toBeGreaterThan(40);
  expect(hits).toBeLessThan(80);
  expect(await run()).toEqual(found);
});

it('closes the connection before or after the call was served', async () => {
  const before = fixture({ operation: 'DescribeCopyJob', kind: 'dropBeforeServing' });
  const after = fixture({ operation: 'DescribeCopyJob', kind: 'dropAfterServing' });
  expect([await outcomes(before.backup, 1), before.served()]).toEqual([['drop'], 0]);
  expect([await outcomes(after.backup, 1), after.served()]).toEqual([['drop'], 1]);
});

it('lets nobody listen', async () => {
  const { backup, served } = fixture({ operation: 'DescribeCopyJob', kind: 'connectionRefused' });
  expect([await outcomes(backup, 1), served()]).toEqual([['refuse'], 0]);
});

it('closes the connection in the middle of the answer', async () => {
  const { backup, served } = fixture({ operation: 'DescribeCopyJob', kind: 'halfAnswer' });
  expect(await backup.handle(DESCRIBE)).toMatchObject({ status: 200, cut: true });
  expect(served()).toBe(1);
});

it('holds a slow answer back in virtual time, when the call has been served', async () => {
  const { backup, clock, served } = fixture({ operation: 'DescribeCopyJob', kind: 'slow', seconds: 30 });
  let answered = false;
  const answer = backup.handle(DESCRIBE).finally(() => { answered = true; });
  await clock.pass(29);
  expect([answered, served()]).toEqual([false, 1]);
  await clock.pass(1);
  expect(outcome(await answer)).toBe(200);
});

it('cuts an answer so that it is no JSON', async () => {
  const { backup } = fixture({ operation: 'DescribeCopyJob', kind: 'malformedJson' });
  const { body } = await backup.handle(DESCRIBE) as WireReply;
  expect(() => JSON.parse(body)).toThrow(SyntaxError);
});

it('names the role that cannot be assumed', async () => {
  const { backup } = fixture({ operation: 'StartCopyJob', kind: 'roleNotAssumable' });
  expect((await backup.handle(START) as WireReply).body).toContain('IAM Role arn:aws:iam::111122223333:role/copy cannot be assumed by AWS Backup');
});

const ELSEWHERE = [
  ['lambda', wireRequest({ service: 'lambda', method: 'POST', path: '/2015-03-31/functions/f/invocations' }), 'Invoke', 429],
  ['states', wireRequest({ service: 'states', method: 'POST', headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' } }), 'StartExecution', 400],
  ['cloudformation', wireRequest({ service: 'cloudformation', method: 'POST', body: 'Action=DescribeStacks' }), 'DescribeStacks', 400],
  ['response-url', wireRequest({ service: 'response-url', method: 'PUT', path: '/x' }), 'Respond', 503],
] as const;

it('ends the function that made the call, before or after the call was served', async () => {
  const run = async (kind: string) => {
    const crashed: unknown[] = [];
    let calls = 0;
    const { faults } = parseScenario(JSON.stringify({ faults: [{ operation: 'DescribeCopyJob', kind }] }), 'test.json');
    const wrapper = new Faults(faults, { clock: new ManualClock(), random: seeded(), crash: caller => crashed.push(caller) > 0 });
    const answer = await wrapper.wrap('backup', { handle: async () => { calls++; return 'drop'; } }).handle(DESCRIBE);
    return [answer, calls, crashed];
  };
  expect(await run('crashBefore')).toEqual(['drop', 0, [DESCRIBE.caller]]);
  expect(await run('crashAfter')).toEqual(['drop', 1, [DESCRIBE.caller]]);
});

it('passes over the calls of the waiter, which is no function, when functions are to crash', async () => {
  const { faults } = fixture({ service: 'lambda', operation: 'Invoke', kind: 'crashBefore', times: 1 });
  const request = { ...ELSEWHERE[0][1], caller: { functionArn: 'arn:aws:states:us-east-1:111122223333:stateMachine:waiter', roleArn: 'arn:aws:iam::111122223333:role/waiter' } };
  expect(await faults.wrap('lambda', { handle: async () => ({ status: 200, body: '' }) }).handle(request)).toMatchObject({ status: 200 });
});

it('refuses to crash a function that does not run', async () => {
  const { backup } = fixture({ operation: 'DescribeCopyJob', kind: 'crashBefore' });
  await expect(backup.handle(DESCRIBE)).rejects.toThrow('Not simulated: a crash of arn:aws:lambda:us-east-1:111122223333:function:handler');
});

it.each([['timeoutBefore', 0], ['timeoutAfter', 1]])('%s holds the answer for longer than any function runs', async (kind, calls) => {
  const { backup, clock, served } = fixture({ operation: 'DescribeCopyJob', kind });
  let answered = false;
  const answer = backup.handle(DESCRIBE).finally(() => { answered = true; });
  await clock.pass(900);
  expect([answered, served()]).toEqual([false, calls]);
  await clock.pass(1);
  expect(outcome(await answer)).toBe('drop');
});

it('begins anew with other faults', async () => {
  const { backup, faults } = fixture({ operation: 'DescribeCopyJob', kind: 'throttling', times: 1 });
  await outcomes(backup, 2);
  const again = { service: 'backup', operation: 'DescribeCopyJob', kind: 'notFound', times: 1 } as const;
  faults.play([again]);
  expect(faults.counts()).toEqual({});
  expect(await outcomes(backup, 2)).toEqual(['ResourceNotFoundException', 200]);
  faults.play([again]);
  expect(await outcomes(backup, 1)).toEqual(['ResourceNotFoundException']);
});

it.each(['StartCopyJob', 'DescribeRecoveryPoint'])('lets AWS Backup, and nobody else, find %s not valid', async operation => {
  const { backup } = fixture({ operation, kind: 'invalidRequest', times: 1 });
  const request = operation === 'StartCopyJob' ? START : wireRequest({ path: '/backup-vaults/v/recovery-points/arn' });
  expect(await backup.handle(request)).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'InvalidRequestException' } });
  expect(() => fixture({ service: 'lambda', operation: 'Invoke', kind: 'invalidRequest' })).toThrow('invalidRequest is only allowed with service backup');
});

it.each(ELSEWHERE)('throttles %s in its own protocol', async (service, request, operation, status) => {
  const { faults } = fixture({ service, operation, kind: 'throttling' });
  const wrapped = faults.wrap(service, { handle: async () => ({ status: 200, body: '' }) });
  expect(await wrapped.handle(request)).toMatchObject({ status });
});

it.each(['throttling', 'serviceUnavailable', 'accessDenied', 'notFound'])('has an answer of every service for %s', async kind => {
  for (const [service, request, operation] of [...ELSEWHERE, ['backup', DESCRIBE, 'DescribeCopyJob'] as const]) {
    const { faults } = fixture({ service, operation, kind });
    expect((await faults.wrap(service, { handle: async () => 'drop' }).handle(request) as WireReply).status).toBeGreaterThanOrEqual(400);
  }
});

it('counts calls by service, operation and outcome', async () => {
  const { backup } = fixture({ operation: 'DescribeCopyJob', kind: 'throttling', times: 2 }, { operation: 'StartCopyJob', kind: 'dropAfterServing', times: 1 });
  const counter = new CallCounter();
  const counted = counter.wrap(backup);
  await outcomes(counted, 3);
  await outcomes(counted, 2, START);
  expect(counter.calls()).toEqual({
    backup: {
      DescribeCopyJob: { accepted: 1, rejected: 2, dropped: 0 },
      StartCopyJob: { accepted: 1, rejected: 0, dropped: 1 },
    },
  });
});

it("is an error that the SDK's client retries by itself when it is throttling", async () => {
  const { backup } = fixture({ operation: 'StartCopyJob', kind: 'throttling', times: 1 });
  const client = new BackupClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { handle: async () => ({ response: httpResponse(await backup.handle(START) as WireReply) }) },
  });
  await expect(client.send(new StartCopyJobCommand({
    RecoveryPointArn: 'r', SourceBackupVaultName: 's', DestinationBackupVaultArn: 'd', IamRoleArn: 'i',
  }))).resolves.toMatchObject({ $metadata: { attempts: 2 } });
});

function httpResponse({ status, headers, body }: WireReply): { statusCode: number; headers: Record<string, string>; body: Uint8Array } {
  return { statusCode: status, headers: { ...headers }, body: Buffer.from(body) };
}
