import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROKEN_HANDLERS, withHandler } from './broken-handlers';
import { judge } from './invariants';
import { play } from './player';
import { described } from './report';
import { Setting, Templates } from './setting';
import { run, soak } from './soak';
import { Assets } from '../../simulator/assembly';
import { Machine, startMachine } from '../../simulator/machine';

/** They show broken handlers, or once showed a fault of our own. */
const TELLING_SEEDS = [
  5, 18, 31, 43, 62, 195, 28617, 52107037, 52107091, 30145204, 31003856, 31006817, 31001193, 31002286, 31002319,
  31003136, 31004832, 31006538, 31006693, 31006929, 31009166, 31009699, 41002947, 52006104, 52007815, 63001929, 74003123, 74005971,
  85000330, 85000678, 86001130, 86001236,
];
const SEEDS = [...new Set([...TELLING_SEEDS, ...Array.from({ length: 60 }, (_, index) => 1 + index)])];

const FIRST: Setting = {
  hasCopy: true,
  id: 'Copy',
  place: 'stack',
  logicalId: 'derived',
  point: 'A',
  pointIs: 'literal',
  destination: 'dublin',
  lifecycle: 'none',
  timeoutMinutes: 55,
  policy: 'RETAIN',
  deletesAll: false,
  role: 'backup',
  waits: true,
  pollSeconds: 60,
  neighbour: 'beside',
  stackName: 'Stack',
};

const folder = mkdtempSync(join(tmpdir(), 'broken-handlers-'));
let machine: Machine;
beforeAll(async () => {
  machine = await startMachine();
});
afterAll(async () => {
  await machine.close();
  rmSync(folder, { recursive: true });
});

async function withTemplates<T>(work: (templates: Templates) => Promise<T>, otherAssets?: (assets: Assets) => Assets): Promise<T> {
  const templates = new Templates(otherAssets);
  try {
    return await work(templates);
  } finally {
    templates.remove();
  }
}

describe('random histories', () => {
  it('show nothing wrong with the handler', async () => {
    const { findings, runs } = await withTemplates(templates => soak(SEEDS, { machine, templates }));
    expect(findings.flatMap(described)).toEqual([]);
    expect(runs).toBe(SEEDS.length);
  });

  it.each(Object.keys(BROKEN_HANDLERS))('find the handler that %s', async name => {
    const { foundBy, operations } = BROKEN_HANDLERS[name];
    const found = await withTemplates(async templates => {
      if (operations) return (await play({ seed: 1, first: FIRST, operations }, { machine, templates }, judge)).violations[0]?.invariant;
      for (const seed of SEEDS) {
        const { findings: [finding] } = await run(seed, { machine, templates }, false);
        if (finding) return finding.invariant;
      }
      return undefined;
    }, await withHandler(BROKEN_HANDLERS[name], mkdtempSync(join(folder, 'handler-'))));
    expect(foundBy).toContain(found);
  });
});
