import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine, startMachine } from '../../simulator/machine';
import { BROKEN_HANDLERS, withHandler } from '../soak/broken-handlers';
import { judge } from '../soak/invariants';
import { play } from '../soak/player';
import { described } from '../soak/report';
import { OTHER_SEEDS, TELLING_SEEDS } from '../soak/seeds';
import { Setting, withTemplates } from '../soak/setting';
import { run, soak } from '../soak/soak';

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

describe('random histories', () => {
  it('show nothing wrong with the handler', async () => {
    const { findings, runs } = await withTemplates(templates => soak(OTHER_SEEDS, { machine, templates }));
    expect(findings.flatMap(described)).toEqual([]);
    expect(runs).toBe(OTHER_SEEDS.length);
  });

  it.each(Object.keys(BROKEN_HANDLERS))('find the handler that %s', async name => {
    const { foundBy, operations } = BROKEN_HANDLERS[name];
    const found = await withTemplates(async templates => {
      if (operations) return (await play({ seed: 1, first: FIRST, operations }, { machine, templates }, judge)).violations[0]?.invariant;
      for (const seed of [...TELLING_SEEDS, ...OTHER_SEEDS]) {
        const { findings: [finding] } = await run(seed, { machine, templates }, false);
        if (finding) return finding.invariant;
      }
      return undefined;
    }, await withHandler(BROKEN_HANDLERS[name], mkdtempSync(join(folder, 'handler-'))));
    expect(foundBy).toContain(found);
  });
});
