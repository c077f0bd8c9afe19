import * as fc from 'fast-check';
import { History, history } from './history';
import { judge } from './invariants';
import { play, Played, Violation } from './player';
import { Templates } from './setting';
import { isAlive, heldJob, pointOf } from './step';
import { SeededRandom } from '../../simulator/seeded-random';

/** A run in which something was wrong, and the smallest history found in which the same is wrong. */
export interface Finding extends Violation {
  readonly seed: number;
  readonly history: History;
}

/** What a soak met. */
export interface Tally {
  runs: number;
  operations: number;
  /** Copies made under DESTROY that no stack holds and nobody was told to delete. */
  orphans: number;
  readonly statuses: Record<string, number>;
  readonly trouble: Record<string, number>;
  readonly findings: Finding[];
}

export const NOTHING: Tally = { runs: 0, operations: 0, orphans: 0, statuses: {}, trouble: {}, findings: [] };

/** Shrinking takes long, so only the first findings are shrunk. */
const MOST_SHRUNK = 5;
const MOST_ATTEMPTS = 40;

/** Plays one random history for every seed. */
export async function soak(seeds: readonly number[], templates: Templates, progress: (tally: Tally) => void = () => undefined): Promise<Tally> {
  let tally = NOTHING;
  for (const seed of seeds) {
    tally = sum(tally, await run(seed, templates, tally.findings.length < MOST_SHRUNK));
    progress(tally);
  }
  return tally;
}

/** Plays the seed's history, and smaller ones while the same is wrong with them. */
export async function run(seed: number, templates: Templates, shrinks = true): Promise<Tally> {
  let first: Played | undefined;
  let finding: Finding | undefined;
  let attempts = 0;
  const holds = async (tried: History): Promise<boolean> => {
    if (attempts++ > MOST_ATTEMPTS) return true;
    const played = await play(tried, templates, judge);
    first ??= played;
    const wrong = finding ? played.violations.find(({ invariant }) => invariant === finding!.invariant) : played.violations[0];
    if (wrong) finding = { ...wrong, seed, history: tried };
    return !wrong;
  };
  const { failed, errorInstance } = await fc.check(fc.asyncProperty(history, holds), { seed: scrambled(seed), numRuns: 1, endOnFailure: !shrinks });
  if (!first || (failed && !finding)) throw errorInstance;
  return tallyOf(first, finding);
}

function tallyOf({ steps, trouble }: Played, finding: Finding | undefined): Tally {
  const end = steps.at(-1)?.after;
  const orphans = end?.jobs.filter(job => isAlive(pointOf(job, end)) && heldJob(end)?.copyJobId !== job.copyJobId
    && steps.find(({ after }) => after.jobs.some(({ copyJobId }) => copyJobId === job.copyJobId))?.asked?.policy === 'DESTROY').length ?? 0;
  const statuses: Record<string, number> = {};
  for (const { kind, after: { status = '' } } of steps) {
    if (kind === 'deploy' || kind === 'delete') statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return { runs: 1, operations: steps.length, orphans, statuses, trouble, findings: finding ? [finding] : [] };
}

export function sum(a: Tally, b: Tally): Tally {
  return {
    runs: a.runs + b.runs,
    operations: a.operations + b.operations,
    orphans: a.orphans + b.orphans,
    statuses: sumOf(a.statuses, b.statuses),
    trouble: sumOf(a.trouble, b.trouble),
    findings: [...a.findings, ...b.findings],
  };
}

function sumOf(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map(name => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

/** Seeds that follow one another must not make histories that are alike. */
function scrambled(seed: number): number {
  return new SeededRandom(String(seed)).integer(0, 0x7fffffff);
}
