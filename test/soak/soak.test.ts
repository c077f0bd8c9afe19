import { described } from './report';
import { TELLING_SEEDS } from './seeds';
import { withTemplates } from './setting';
import { soak } from './soak';
import { Machine, startMachine } from '../../simulator/machine';

let machine: Machine;
beforeAll(async () => {
  machine = await startMachine();
});
afterAll(async () => machine.close());

it('the histories that ever told anything show nothing wrong with the handler', async () => {
  const { findings, runs } = await withTemplates(templates => soak(TELLING_SEEDS, { machine, templates }));
  expect(findings.flatMap(described)).toEqual([]);
  expect(runs).toBe(TELLING_SEEDS.length);
});
