import { History } from './history';
import { Finding, Tally } from './soak';

/** What a soak met, for a person to read. */
export function report({ runs, operations, orphans, statuses, trouble, findings }: Tally, seconds: number): string {
  const unmet = Object.keys(trouble).filter(name => trouble[name] === 0);
  return [
    `${runs} runs, ${operations} operations, ${Math.round(seconds)} s, ${(runs / seconds).toFixed(1)} runs a second`,
    ...table('stacks ended', statuses),
    ...table('trouble met', trouble),
    unmet.length === 0 ? 'every kind of trouble was met' : `never met: ${unmet.join(', ')}`,
    ...table('copies under DESTROY that no stack holds', orphans),
    `${findings.length} violations`,
    ...findings.flatMap(described),
  ].join('\n');
}

function table(title: string, counts: Readonly<Record<string, number>>): string[] {
  return [`${title}:`, ...Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`)];
}

/** A finding, its shrunk history last. */
export function described({ seed, invariant, what, history }: Finding): string[] {
  return ['', `seed ${seed}: ${invariant}: ${what}`, ...told(history)];
}

/** One line an operation. */
function told({ seed, first, operations }: History): string[] {
  return [`  first (chance ${seed}): ${JSON.stringify(first)}`, ...operations.map(operation => `  ${JSON.stringify(operation)}`)];
}
