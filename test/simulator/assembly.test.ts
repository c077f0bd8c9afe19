import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { readAssembly, selectStack } from '../../simulator/assembly';

const folder = mkdtempSync(join(tmpdir(), 'assembly-'));

afterAll(() => rmSync(folder, { recursive: true }));

function synth(build: (app: App) => void): string {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const app = new App({ outdir, analyticsReporting: false });
  build(app);
  app.synth();
  return outdir;
}

it('gives a stack without environment an account and a Region', () => {
  const [stack] = readAssembly(synth(app => new Topic(new Stack(app, 'Agnostic'), 'Topic')));
  expect(stack).toMatchObject({ name: 'Agnostic', environment: { account: '111122223333', region: 'us-east-1' } });
  expect(Object.values(stack.paths)).toContain('Agnostic/Topic/Resource');
});

it('keeps the environment that a stack has', () => {
  const [stack] = readAssembly(synth(app => new Topic(new Stack(app, 'Here', { env: { account: '444455556666', region: 'eu-west-1' } }), 'Topic')));
  expect(stack.environment).toEqual({ account: '444455556666', region: 'eu-west-1' });
});

it('finds assets, nested templates too, where the template says that they are', () => {
  const [stack] = readAssembly(synth(app => {
    const nested = new NestedStack(new Stack(app, 'Outer'), 'Nested');
    new Function(nested, 'Function', { code: Code.fromAsset(__dirname), handler: 'index.handler', runtime: Runtime.NODEJS_22_X });
  }));
  const keys = Object.keys(stack.assets);
  expect(keys).toContainEqual(expect.stringMatching(/^cdk-hnb659fds-assets-111122223333-us-east-1\/[0-9a-f]{64}\.zip$/));
  expect(stack.template).toContain(keys.find(key => stack.assets[key].endsWith('.nested.template.json'))!.split('/')[1]);
  expect(Object.values(stack.assets).every(existsSync)).toBe(true);
});

it('finds the stacks of stages, and their assets beside the stage', () => {
  const stacks = readAssembly(synth(app => {
    const stack = new Stack(new Stage(app, 'Prod'), 'Inner');
    new Function(stack, 'Function', { code: Code.fromAsset(__dirname), handler: 'index.handler', runtime: Runtime.NODEJS_22_X });
  }));
  expect(stacks.map(({ name, displayName }) => [name, displayName])).toEqual([['Prod-Inner', 'Prod/Inner']]);
  expect(Object.values(stacks[0].assets).every(existsSync)).toBe(true);
});

it('reads what a newer CDK writes: another version of the schema, and metadata in files of their own', () => {
  const directory = synth(app => {
    new Topic(new Stack(app, 'Outer'), 'Topic');
    new Topic(new Stack(new Stage(app, 'Prod'), 'Inner'), 'Topic');
  });
  const before = readAssembly(directory);
  for (const folderOfManifest of [directory, join(directory, 'assembly-Prod')]) rewriteAsNewer(folderOfManifest);
  expect(readAssembly(directory)).toEqual(before);
  expect(before.flatMap(({ paths }) => Object.values(paths))).toEqual(expect.arrayContaining(['Outer/Topic/Resource', 'Prod/Inner/Topic/Resource']));
});

function rewriteAsNewer(directory: string): void {
  const file = join(directory, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, any>;
  manifest.version = '999.0.0';
  for (const artifact of Object.values<Record<string, any>>(manifest.artifacts)) {
    if (artifact.type !== 'aws:cloudformation:stack' || !artifact.metadata) continue;
    artifact.additionalMetadataFile = `${artifact.displayName.replaceAll('/', '')}.metadata.json`;
    writeFileSync(join(directory, artifact.additionalMetadataFile), JSON.stringify(artifact.metadata));
    delete artifact.metadata;
  }
  writeFileSync(file, JSON.stringify(manifest));
}

describe('of several stacks', () => {
  const stacks = readAssembly(synth(app => {
    new Topic(new Stack(app, 'One', { stackName: 'first' }), 'Topic');
    new Topic(new Stack(app, 'Two'), 'Topic');
  }));

  it.each(['One', 'first'])('%s names one', name => {
    expect(selectStack(stacks, name).name).toBe('first');
  });

  it('none is chosen without a name, or with a wrong one', () => {
    expect(() => selectStack(stacks)).toThrow('There is more than one stack: name one with --stack. There are: One, Two.');
    expect(() => selectStack(stacks, 'Three')).toThrow('No stack is named Three. There are: One, Two.');
  });
});

it('says when a folder is no cloud assembly', () => {
  expect(() => readAssembly(__dirname)).toThrow('is no cloud assembly: it has no manifest.json.');
});
