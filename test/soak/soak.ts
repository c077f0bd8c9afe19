import * as fc from 'fast-check';
import { History, history } from './history';
import { judge } from './invariants';
import { NO_ORPHANS, orphansOf } from './orphans';
import { Grounds, play, Played, Violation } from './player';
import { NO_TROUBLE, troubleOf } from './trouble';
import { SeededRandom } from '../../simulator/seeded-random';

/** A run in which something was wrong, and the smallest history found in which the same is wrong. */
export interface Finding extends Violation {
  readonly seed: number;
  readonly history: History;
}

/** What a soak met. */
export interface Tally {
  readonly runs: number;
  readonly operations: number;
  /** Copies made under DESTROY that no stack holds, by cause. */
  readonly orphans: Record<string, number>;
  readonly statuses: Record<string, number>;
  readonly trouble: Record<string, number>;
  readonly findings: Finding[];
}

export const NOTHING: Tally = { runs: 0, operations: 0, orphans: NO_ORPHANS, statuses: {}, trouble: NO_TROUBLE, findings: [] };

/** Shrinking takes long, so only the first findings are shrunk. */
const MOST_SHRUNK = 5;
const MOST_ATTEMPTS = 40;

/** Plays one random history for every seed. */
export async function soak(seeds: readonly number[], grounds: Grounds, progress: (tally: Tally) => void = () => undefined): Promise<Tally> {
  let tally = NOTHING;
  for (const seed of seeds) {
    tally = sum(tally, await run(seed, grounds, tally.findings.length < MOST_SHRUNK));
    progress(tally);
  }
  return tally;
}

/** Plays the seed's history, and smaller ones while the same is wrong with them. */
export async function run(seed: number, grounds: Grounds, shrinks = true): Promise<Tally> {
  let first: Played | undefined;
  let finding: Finding | undefined;
  let attempts = 0;
  const holds = async (tried: History): Promise<boolean> => {
    if (attempts++ > MOST_ATTEMPTS) return true;
    const played = await play(tried, grounds, judge);
    first ??= played;
    const wrong = finding ? played.violations.find(({ invariant }) => invariant === finding!.invariant) : played.violations[0];
    if (wrong) finding = { ...wrong, seed, history: tried };
    return !wrong;
  };
  const { failed, errorInstance } = await fc.check(fc.asyncProperty(history, holds), { seed: scrambled(seed), numRuns: 1, endOnFailure: !shrinks });
  if (!first || (failed && !finding)) throw errorInstance;
  return tallyOf(first, finding);
}

function tallyOf({ steps }: Played, finding: Finding | undefined): Tally {
  const operations = steps.filter(({ kind }) => kind !== 'pass' && kind !== 'lose');
  return {
    runs: 1,
    operations: steps.length,
    orphans: steps.length > 0 ? orphansOf(steps) : NO_ORPHANS,
    statuses: operations.map(({ after: { status = '' } }) => ({ [status]: 1 })).reduce(sumOf, {}),
    trouble: steps.map(troubleOf).reduce(sumOf, NO_TROUBLE),
    findings: finding ? [finding] : [],
  };
}

export function sum(a: Tally, b: Tally): Tally {
  return {
    runs: a.runs + b.runs,
    operations: a.operations + b.operations,
    orphans: sumOf(a.orphans, b.orphans),
    statuses: sumOf(a.statuses, b.statuses),
    trouble: sumOf(a.trouble, b.trouble),
    findings: [...a.findings, ...b.findings],
  };
}

function sumOf(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map(name => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

/** Seeds that follow one another must not make histories that are alike. */
function scrambled(seed: number): number {
  return new SeededRandom(String(seed)).integer(0, 0x7fffffff);
}
