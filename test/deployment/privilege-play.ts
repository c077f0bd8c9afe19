import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Grant, grantsOf } from './grants';
import { Story } from './privilege-stories';
import { Build } from './stories';
import { AssemblyStack, readAssembly } from '../../simulator/assembly';
import { UsedPermission } from '../../simulator/iam';
import { Machine, startMachine } from '../../simulator/machine';
import { parseScenario } from '../../simulator/scenario';
import { startSimulation } from '../../simulator/simulation';
import { KnownAssets } from '../known-assets';
import { TemplateJson } from '../template-graph';

/** What a story showed. */
export interface Play {
  /** How each operation ended. */
  readonly statuses: readonly string[];
  /** Why resources failed. */
  readonly failures: readonly string[];
  readonly grants: readonly Grant[];
  readonly used: readonly UsedPermission[];
}

/** Changes the resources of a template in place. */
export type Change = (resources: TemplateJson['Resources']) => void;

const ENV = { account: '111122223333', region: 'us-east-1' };

/** Plays a story, up to the first operation that fails, with every template changed. */
export async function play(story: Story, change: Change = () => {}): Promise<Play> {
  const statuses: string[] = [];
  const failures: string[] = [];
  const grants: Grant[] = [];
  machine ??= await startMachine();
  const simulation = await startSimulation({ environment: ENV, scenario: scenarioOf({}), machine });
  try {
    for (const { build, scenario = {} } of story) {
      const { status, events, state } = build === 'delete'
        ? await simulation.delete(scenarioOf(scenario))
        : await simulation.deploy(changed(synthesized(build), change), scenarioOf(scenario));
      statuses.push(status);
      failures.push(...events.filter(event => event.status.endsWith('_FAILED')).map(({ reason }) => reason ?? ''));
      grants.push(...grantsOf(state));
      if (/ROLLBACK|FAILED/.test(status)) break;
    }
    return { statuses, failures, grants, used: simulation.aws.iam.used() };
  } finally {
    await simulation.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'privilege-'));
const known = new Map<Build, AssemblyStack>();
const assets = new KnownAssets();
let machine: Machine | undefined;
let written = 0;

afterAll(async () => {
  await machine?.close();
  rmSync(folder, { recursive: true });
});

function scenarioOf(scenario: object) {
  return parseScenario(JSON.stringify(scenario), 'story');
}

/** The stack as synthesized, once for all plays. */
function synthesized(build: Build): AssemblyStack {
  const before = known.get(build);
  if (before) return before;
  const outdir = join(folder, String(++written));
  const app = new App({ outdir });
  build(new Stack(app, 'Stack', { env: ENV }));
  app.synth();
  const stack = assets.of(readAssembly(outdir)[0]);
  known.set(build, stack);
  return stack;
}

function changed(stack: AssemblyStack, change: Change): AssemblyStack {
  const files = Object.entries(stack.assets).map(([key, path]) => [key, path.endsWith('.nested.template.json') ? changedFile(path, change) : path]);
  return { ...stack, template: changedTemplate(stack.template, change), assets: Object.fromEntries(files) };
}

function changedFile(path: string, change: Change): string {
  const file = join(folder, `${++written}.json`);
  writeFileSync(file, changedTemplate(readFileSync(path, 'utf8'), change));
  return file;
}

function changedTemplate(text: string, change: Change): string {
  const template: TemplateJson = JSON.parse(text);
  change(template.Resources);
  return JSON.stringify(template);
}
