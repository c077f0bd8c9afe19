import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { functionOf } from './function-fixture';
import { readAssembly } from '../../simulator/assembly';
import { parseScenario } from '../../simulator/scenario';
import { Ended, Simulation, startSimulation } from '../../simulator/simulation';

/** Starts a copy job at Create and Update, whose id is its own, and asks CloudFormation about itself. */
const HANDLER = functionOf(`
  const https = require('node:https');
  const { Backup } = require('@aws-sdk/client-backup');
  const { CloudFormation } = require('@aws-sdk/client-cloudformation');

  const heard = promise => promise.then(result => result, error => error.name + ': ' + error.message);

  async function ask({ StackId, LogicalResourceId, ResourceProperties: { StackName } }) {
    const cloudFormation = new CloudFormation();
    const stack = await heard(cloudFormation.describeStacks({ StackName: StackId }).then(({ Stacks: [found] }) => found));
    const resource = await heard(cloudFormation.describeStackResource({ StackName: StackId, LogicalResourceId }).then(found => found.StackResourceDetail));
    const byName = await heard(cloudFormation.describeStacks({ StackName }).then(({ Stacks: [found] }) => found.StackStatus));
    const unknown = await heard(cloudFormation.describeStackResource({ StackName: StackId, LogicalResourceId: 'Nothing' }));
    const foreign = await heard(cloudFormation.describeStacks({ StackName: StackId.replace(StackName, 'Foreign') }));
    return { stack, resource, byName, unknown, foreign };
  }

  exports.handler = async event => {
    const { RequestType, PhysicalResourceId, ResponseURL, ResourceProperties: { Content } } = event;
    const asked = await ask(event);
    console.log(JSON.stringify({ type: RequestType, content: Content, time: Date.now(), ...asked }));
    const job = RequestType === 'Delete' ? undefined : await new Backup().startCopyJob({
      RecoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-' + Content, SourceBackupVaultName: 'prod', IdempotencyToken: Content,
      DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr', IamRoleArn: 'arn:aws:iam::111122223333:role/own',
    });
    const { RequestId, StackId, LogicalResourceId } = event;
    const answer = JSON.stringify({ Status: 'SUCCESS', RequestId, StackId, LogicalResourceId, PhysicalResourceId: job?.CopyJobId ?? PhysicalResourceId });
    const { hostname, pathname, search } = new URL(ResponseURL);
    await new Promise((resolve, reject) => https.request(
      { hostname, path: pathname + search, method: 'PUT', headers: { 'content-length': Buffer.byteLength(answer) } },
      response => response.resume().on('end', resolve),
    ).on('error', reject).end(answer));
  };
`).codeDirectory;

const folder = mkdtempSync(join(tmpdir(), 'simulation-'));
const running: Simulation[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(async simulation => simulation.close()));
});

afterAll(() => rmSync(folder, { recursive: true }));

function synth(content: string) {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const fn = new Function(stack, 'Handler', {
    code: Code.fromAsset(HANDLER), handler: 'index.handler', runtime: Runtime.NODEJS_22_X, timeout: Duration.seconds(90),
  });
  fn.addToRolePolicy(new PolicyStatement({ actions: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource'], resources: [stack.stackId] }));
  fn.addToRolePolicy(new PolicyStatement({ actions: ['backup:StartCopyJob', 'iam:PassRole'], resources: ['*'] }));
  const copy = new CustomResource(stack, 'Copy', { serviceToken: fn.functionArn, properties: { Content: content, StackName: 'Stack' } });
  copy.node.addDependency(fn.role!);
  app.synth();
  return readAssembly(outdir)[0];
}

async function start(): Promise<{ simulation: Simulation; deploy: (content: string, scenario?: object) => Promise<Ended> }> {
  const scenario = (input: object) => parseScenario(JSON.stringify({ iamPropagationSeconds: 0, ...input }), 'test.json');
  const simulation = await startSimulation({ environment: { account: '111122223333', region: 'us-east-1' }, scenario: scenario({}) });
  running.push(simulation);
  return { simulation, deploy: async (content, input = {}) => simulation.deploy(synth(content), scenario(input)) };
}

/** What the handler wrote. */
function lines({ logs }: Ended): Record<string, never>[] {
  return logs.map(line => JSON.parse(line) as Record<string, never>);
}

const statesOf = ({ copyJobs }: Ended) => copyJobs.map(({ state }) => state);

describe('a history in one world', () => {
  it('tells of each operation what it did, and lets what is in flight go on', async () => {
    const { simulation, deploy } = await start();
    const created = await deploy('a', { copyJobs: [{ runningSeconds: 1_000 }] });
    expect(statesOf(created)).toEqual(['CREATED']);
    expect(created.calls.backup).toEqual({ StartCopyJob: { accepted: 1, rejected: 0, dropped: 0 } });
    expect(created.requests).toMatchObject([{ requestType: 'Create', deliveries: 1, answers: [expect.stringContaining('SUCCESS')] }]);

    const passed = await simulation.advance(500);
    expect([passed.status, passed.simulatedSeconds, passed.calls, passed.events, passed.logs]).toEqual(['CREATE_COMPLETE', 500, {}, [], []]);
    expect(statesOf(passed)).toEqual(['RUNNING']);

    const updated = await deploy('b', { copyJobs: [{ runningSeconds: 10 }] });
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(updated.calls.backup).toEqual({ StartCopyJob: { accepted: 1, rejected: 0, dropped: 0 } });
    expect(lines(updated).map(({ type, content }) => [type, content])).toEqual([['Update', 'b'], ['Delete', 'a']]);
    expect(updated.requests.map(({ requestType }) => requestType)).toEqual(['Update', 'Delete']);
    expect(updated.events[0]).toMatchObject({ logicalId: 'Stack', status: 'UPDATE_IN_PROGRESS' });

    expect(statesOf(await simulation.advance(600))).toEqual(['COMPLETED', 'COMPLETED']);
    const deleted = await simulation.delete();
    expect([deleted.status, deleted.requests.length]).toEqual(['DELETE_COMPLETE', 1]);
    expect(Date.parse(deleted.events[0].timestamp)).toBeGreaterThan(created.copyJobs[0].createdAt + 1_100_000);
  });

  it('ends the faults of a scenario with it', async () => {
    const { deploy } = await start();
    const once = { faults: [{ operation: 'StartCopyJob', kind: 'throttling', times: 1 }] };
    const rejected = [];
    for (const [content, scenario] of [['a', once], ['b', {}], ['c', once]] as const) {
      rejected.push((await deploy(content, scenario)).calls.backup.StartCopyJob.rejected);
    }
    expect(rejected).toEqual([1, 0, 1]);
  });

  it('lets IAM be as slow as the scenario of the operation says', async () => {
    const { deploy } = await start();
    const slow = await deploy('a', { iamPropagationSeconds: 3_600 });
    expect(slow.status).toBe('ROLLBACK_COMPLETE');
    expect(lines(slow)[0].stack).toMatch(/^AccessDenied: /);
    expect((await deploy('a')).status).toBe('CREATE_COMPLETE');
  });

  it('plays a late delivery while time passes, under the function of then', async () => {
    const { simulation, deploy } = await start();
    const created = await deploy('a', { deliverAgain: [{ requestType: 'Create', resource: 'Stack/Copy', afterSeconds: 10_000 }] });
    expect(lines(created)).toHaveLength(1);
    const passed = await simulation.advance(20_000);
    expect(lines(passed)).toMatchObject([{ type: 'Create', content: 'a' }]);
    // The response URL has expired by then.
    expect(passed.calls['response-url']).toEqual({ Respond: { accepted: 0, rejected: 1, dropped: 0 } });
  });

  it('loses an event whose function has been deleted', async () => {
    const { simulation, deploy } = await start();
    await deploy('a', { deliverAgain: [{ afterSeconds: 10_000 }] });
    await simulation.delete();
    expect((await simulation.advance(20_000)).logs).toEqual([]);
  });

  it('refuses a scenario that names a resource that there is not', async () => {
    const { simulation, deploy } = await start();
    await expect(deploy('a', { deliverAgain: [{ resource: 'Stack/Cpoy', afterSeconds: 1 }] }))
      .rejects.toThrow('The scenario\'s deliverAgain names Stack/Cpoy, which the stack Stack does not have.');
    await deploy('a');
    await expect(simulation.delete(parseScenario('{"loseAnswers":[{"resource":"Cpoy"}]}', 'x'))).rejects.toThrow('loseAnswers names Cpoy');
  });

  it('is the same for the same seed', async () => {
    const tell = async () => {
      const { simulation, deploy } = await start();
      await deploy('a', { deliverAgain: [{ afterSeconds: 1_000 }] });
      await simulation.advance(990);
      return { ...await deploy('b', { faults: [{ operation: 'StartCopyJob', kind: 'crashAfter', times: 1 }] }), state: undefined };
    };
    expect(await tell()).toEqual(await tell());
  });
});

describe('a function that ends in the middle of a call', () => {
  it.each([
    ['crashBefore', 'after', 60], ['crashAfter', 'before', 60], ['timeoutBefore', 'after', 150], ['timeoutAfter', 'before', 150],
  ])('%s: the job is made %s Lambda tries again', async (kind, order, seconds) => {
    const { deploy } = await start();
    const ended = await deploy('a', { faults: [{ operation: 'StartCopyJob', kind, times: 1 }] });
    expect([ended.status, ended.copyJobs.length]).toEqual(['CREATE_COMPLETE', 1]);
    const [first, second] = lines(ended).map(({ time }) => Number(time));
    expect(Math.round((second - first) / 10_000) * 10).toBe(seconds);
    expect(ended.copyJobs[0].createdAt < second).toBe(order === 'before');
    // An answer that never comes is still waited for.
    expect(ended.calls.backup.StartCopyJob).toEqual({ accepted: 1, rejected: 0, dropped: kind.startsWith('crash') ? 1 : 0 });
  });
});

describe('what a function hears from CloudFormation', () => {
  it('is its own stack as it is at the moment', async () => {
    const { simulation, deploy } = await start();
    const [create] = lines(await deploy('a'));
    expect(create.stack).toMatchObject({ StackName: 'Stack', StackStatus: 'CREATE_IN_PROGRESS', CreationTime: expect.any(String) });
    expect(create.stack).not.toHaveProperty('LastUpdatedTime');
    expect(create.resource).toMatchObject({ LogicalResourceId: 'Copy', ResourceStatus: 'CREATE_IN_PROGRESS' });
    expect(create.resource).not.toHaveProperty('PhysicalResourceId');
    expect(create.unknown).toBe('ValidationError: Resource Nothing does not exist for stack Stack');
    expect(create.byName).toBe('CREATE_IN_PROGRESS');
    expect(create.foreign).toMatch(/^AccessDenied: User: .* is not authorized to perform: cloudformation:DescribeStacks on resource: .*Foreign/);

    await simulation.advance(1_000);
    const updated = await deploy('b');
    const [update, cleanUp] = lines(updated);
    expect(update.stack).toMatchObject({ StackStatus: 'UPDATE_IN_PROGRESS', LastUpdatedTime: updated.events[0].timestamp });
    expect(update.resource).toMatchObject({ ResourceStatus: 'UPDATE_IN_PROGRESS', PhysicalResourceId: updated.copyJobs[0].copyJobId });
    expect(cleanUp.stack).toMatchObject({ StackStatus: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' });
    expect(cleanUp.resource).toMatchObject({ ResourceStatus: 'UPDATE_COMPLETE', PhysicalResourceId: updated.copyJobs[1].copyJobId });
  });

  it('is its deletion', async () => {
    const { simulation, deploy } = await start();
    await deploy('a');
    const { events: [{ timestamp }], logs, state } = await simulation.delete();
    expect(JSON.parse(logs[0])).toMatchObject({
      stack: { StackStatus: 'DELETE_IN_PROGRESS', DeletionTime: timestamp }, resource: { ResourceStatus: 'DELETE_IN_PROGRESS' }, byName: 'DELETE_IN_PROGRESS',
    });
    expect(state.stack).toMatchObject({ status: 'DELETE_COMPLETE', resources: {} });
  });
});
