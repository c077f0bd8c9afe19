import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../simulator/assembly';
import { main } from '../../simulator/main';

const EXAMPLES = join(__dirname, '../../examples');

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'example-'));
  process.env.CDK_OUTDIR = outdir;
});
afterEach(() => {
  jest.restoreAllMocks();
  delete process.env.CDK_OUTDIR;
  rmSync(outdir, { recursive: true });
});

it.each(readdirSync(EXAMPLES).filter(file => file.endsWith('.ts')))('the example %s deploys as it is', async example => {
  jest.requireActual(join(EXAMPLES, example));
  let printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation(text => {
    printed += String(text);
    return true;
  });
  const states: string[] = [];
  for (const { name } of readAssembly(outdir)) {
    printed = '';
    expect(await main([outdir, '--stack', name, '--json'])).toBe(0);
    const { copyJobs } = JSON.parse(printed) as { copyJobs: { state: string }[] };
    states.push(...copyJobs.map(({ state }) => state));
  }
  expect(states.length).toBeGreaterThan(0);
  expect(states.every(state => state === 'COMPLETED')).toBe(true);
});
