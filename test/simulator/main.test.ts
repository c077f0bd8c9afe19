import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { App, CfnOutput, CfnResource, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { main } from '../../simulator/main';

const folder = mkdtempSync(join(tmpdir(), 'main-'));
const code = join(folder, 'code');

/** The physical id follows the property Content; Refuse makes it fail. */
const HANDLER = `
exports.onEvent = async ({ RequestType: type, PhysicalResourceId: id, ResourceProperties: { Content: content, Refuse: refuse } }) => {
  if (refuse === 'true' && type === 'Create') throw new Error('no room for ' + content);
  return { PhysicalResourceId: type === 'Delete' ? id : content };
};
exports.isComplete = async ({ ResourceProperties: { Content: content } }) => ({ IsComplete: true, Data: { Arn: 'arn:' + content } });
`;

let output: { stdout: string; stderr: string };

beforeAll(() => {
  mkdirSync(code);
  writeFileSync(join(code, 'index.js'), HANDLER);
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    jest.spyOn(process[name], 'write').mockImplementation(text => {
      output[name] += String(text);
      return true;
    });
  }
});

afterEach(() => jest.restoreAllMocks());

function synth(properties: Record<string, unknown>): string {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  const handler = (name: string) => new Function(stack, name, { code: Code.fromAsset(code), handler: `index.${name}`, runtime: Runtime.NODEJS_22_X });
  const provider = new Provider(stack, 'Provider', {
    onEventHandler: handler('onEvent'), isCompleteHandler: handler('isComplete'), queryInterval: Duration.seconds(30),
  });
  const resource = new CustomResource(stack, 'Copy', { serviceToken: provider.serviceToken, properties });
  new CfnOutput(stack, 'CopiedTo', { value: resource.getAttString('Arn') });
  app.synth();
  return outdir;
}

describe('bad usage ends with 2 and the usage', () => {
  it.each<[string, string[]]>([
    ['no folder', []],
    ['two folders', ['a', 'b']],
    ['an unknown option', ['a', '--fast']],
    ['a folder that is no cloud assembly', [folder]],
    ['a missing scenario', [folder, '--scenario', 'missing.json']],
    ['a deletion of nothing', ['--delete']],
  ])('%s', async (_what, args) => {
    expect(await main(args)).toBe(2);
    expect(output.stderr).toContain('Usage: npm run simulate');
    expect(output.stdout).toBe('');
  });
});

it('prints its usage when it is asked to, and ends with 0', async () => {
  expect(await main(['--help'])).toBe(0);
  expect(output.stdout).toMatch(/^Usage: npm run simulate[^]*completed, failed, iam-propagation/);
});

it('finds what is named from where npm was called', async () => {
  const assembly = synth({ Content: 'A' });
  const before = process.env.INIT_CWD;
  process.env.INIT_CWD = dirname(assembly);
  try {
    expect(await main([basename(assembly), '--state', 'kept', '--scenario', 'slow'])).toBe(0);
    expect(existsSync(join(dirname(assembly), 'kept', 'state.json'))).toBe(true);
  } finally {
    if (before === undefined) delete process.env.INIT_CWD;
    else process.env.INIT_CWD = before;
  }
});

it('refuses a file where a folder is to keep the state, before it begins', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await main([synth({ Content: 'A' }), '--state', file])).toBe(2);
  expect(output.stderr).toContain(`--state names a folder, and ${file} is a file.`);
});

it('prints the events and the outputs, and ends with 0', async () => {
  expect(await main([synth({ Content: 'A' })])).toBe(0);
  expect(output.stdout).toMatch(/\| CREATE_COMPLETE +\| AWS::CloudFormation::CustomResource +\| Copy\n/);
  expect(output.stdout).toMatch(/Outputs:\nStack\.CopiedTo = arn:A\n$/);
});

it('prints why it failed, and ends with 1', async () => {
  expect(await main([synth({ Content: 'A', Refuse: true })])).toBe(1);
  expect(output.stdout).toMatch(/ROLLBACK_COMPLETE after [^]*Copy \(Copy\): CREATE_FAILED\n.*no room for A/);
  expect(output.stdout).not.toContain('Outputs:');
});

it('prints one JSON object, the same for the same seed', async () => {
  const assembly = synth({ Content: 'A' });
  expect(await main([assembly, '--json'])).toBe(0);
  const first = output.stdout;
  expect(JSON.parse(first)).toEqual({
    status: 'CREATE_COMPLETE',
    events: expect.arrayContaining([expect.objectContaining({ logicalId: 'Stack', status: 'CREATE_COMPLETE' })]),
    outputs: { CopiedTo: 'arn:A' },
    copyJobs: [],
    calls: expect.objectContaining({ 'response-url': { Respond: { accepted: 1, rejected: 0, dropped: 0 } } }),
    simulatedSeconds: expect.any(Number),
  });
  output.stdout = '';
  await main([assembly, '--json']);
  expect(output.stdout).toBe(first);
});

it('says what a stack has that is not simulated, and ends with 1', async () => {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const app = new App({ outdir, analyticsReporting: false });
  new CfnResource(new Stack(app, 'Stack'), 'Server', { type: 'AWS::EC2::Instance' });
  app.synth();
  expect(await main([outdir])).toBe(1);
  expect(output.stderr).toBe('The resource type AWS::EC2::Instance is not simulated.\n');
});

it('names resources of failResources that the stack does not have', async () => {
  const scenario = join(folder, 'fail.json');
  writeFileSync(scenario, '{"failResources":["Stack/Nothing"]}');
  expect(await main([synth({ Content: 'A' }), '--scenario', scenario])).toBe(1);
  expect(output.stderr).toContain('The scenario\'s failResources names Stack/Nothing, which the stack Stack does not have.');
});

it('lets a resource fail that the scenario names by its path', async () => {
  const scenario = join(folder, 'fail.json');
  writeFileSync(scenario, '{"failResources":["Stack/Copy"]}');
  expect(await main([synth({ Content: 'A' }), '--scenario', scenario])).toBe(1);
  expect(output.stdout).toContain('The scenario lets this resource fail.');
});

it('goes on where the folder of --state left off: an update, a failed one, a deletion', async () => {
  const state = join(folder, 'state');
  const statusAfter = async (...args: string[]) => {
    output.stdout = '';
    await main([...args, '--state', state, '--json']);
    return JSON.parse(output.stdout).status as string;
  };
  const first = synth({ Content: 'A' });
  expect(await statusAfter(first)).toBe('CREATE_COMPLETE');
  // The code of the first deployment must not be needed where it was.
  rmSync(first, { recursive: true });
  expect(await statusAfter(synth({ Content: 'B' }))).toBe('UPDATE_COMPLETE');
  const { events } = JSON.parse(output.stdout) as { events: { logicalId: string; physicalId: string; status: string }[] };
  expect(events).toContainEqual(expect.objectContaining({ logicalId: 'Copy', physicalId: 'A', status: 'DELETE_COMPLETE' }));
  const scenario = join(folder, 'fail.json');
  writeFileSync(scenario, '{"failResources":["Copy"]}');
  expect(await statusAfter(synth({ Content: 'C' }), '--scenario', scenario)).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await statusAfter('--delete')).toBe('DELETE_COMPLETE');
  expect(JSON.parse(output.stdout)).toMatchObject({ outputs: {} });
  expect(existsSync(join(state, 'state.json'))).toBe(true);
  expect(readFileSync(join(state, 'state.json'), 'utf8')).not.toContain(folder);
});
