import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

/*
 * `npm run demo [-- --scenario NAME] [-- --json]`: bundles the handler, synthesizes an example and deploys it on the simulator.
 */
const root = join(__dirname, '..');
const scenarios = join(__dirname, 'scenarios');

const USAGE = `Usage: npm run demo [-- [--scenario NAME] [--json]]
Scenarios: ${readdirSync(scenarios).map(file => basename(file, '.json')).join(', ')}
`;

function usage(problem: string): never {
  process.stderr.write(`${problem}\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({ options: { scenario: { type: 'string', default: 'completed' }, json: { type: 'boolean', default: false }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    return usage((error as Error).message);
  }
}

const { scenario, json, help } = options();
if (help) {
  process.stdout.write(USAGE);
  process.exit();
}
const scenarioFile = join(scenarios, `${scenario}.json`);
if (!existsSync(scenarioFile)) usage(`There is no scenario '${scenario}'.`);

/** Most scenarios fit the smallest example. */
const example = scenario === 'long' ? 'long' : 'minimal';

const assembly = mkdtempSync(join(tmpdir(), 'demo-'));
const run = (file: string, args: string[], stdio: 'pipe' | 'inherit') =>
  execFileSync(process.execPath, [file, ...args], { cwd: root, stdio, env: { ...process.env, CDK_OUTDIR: assembly } });
const tsx = require.resolve('tsx/cli');
try {
  run(require.resolve('projen/bin/projen'), ['bundle'], 'pipe');
  run(tsx, ['--tsconfig', 'examples/tsconfig.json', `examples/${example}.ts`], 'pipe');
  run(tsx, ['simulator/main.ts', assembly, '--scenario', scenarioFile, ...json ? ['--json'] : []], 'inherit');
} catch (error) {
  const { status, stderr } = error as { status: number | null; stderr: Buffer | null };
  process.stderr.write(stderr ?? '');
  process.exitCode = status ?? 1;
} finally {
  rmSync(assembly, { recursive: true, force: true });
}
