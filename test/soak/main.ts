import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { described, report } from './report';
import { Templates } from './setting';
import { NOTHING, soak, sum, Tally } from './soak';
import { startMachine } from '../../simulator/machine';

const WORKERS = 2;
/** Tokens of the CDK are never forgotten in a process, and the constructs behind them are not, either. */
const MOST_RUNS_OF_A_PROCESS = 250;
const WORKER = 'worker';
const USAGE = 'Usage: npm run soak -- [--runs N] [--seed S]; without a seed fresh ones are played, and printed';

/** A worker is this file again, with the seeds of its share. */
async function work(seeds: readonly number[]): Promise<void> {
  const grounds = { machine: await startMachine(), templates: new Templates() };
  try {
    await soak(seeds, grounds, tally => process.send!(tally));
  } finally {
    await grounds.machine.close();
    grounds.templates.remove();
    process.disconnect();
  }
}

async function main(args: string[]): Promise<number> {
  const fresh = String(Math.floor(Math.random() * 1e9));
  const { values: { runs, seed } } = parseArgs({ args, options: { runs: { type: 'string', default: '100' }, seed: { type: 'string', default: fresh } } });
  const [count, first] = [Number(runs), Number(seed)];
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(first) || first < 0) throw new Error('--runs and --seed are whole numbers.');

  const start = Date.now();
  const tallies: Tally[] = Array(WORKERS).fill(NOTHING) as Tally[];
  const total = () => tallies.reduce(sum);
  const isTerminal = process.stderr.isTTY;
  await Promise.all(tallies.map(async (_nothing, worker) => {
    const seeds = Array.from({ length: count }, (_, run) => first + run).filter((_, run) => run % WORKERS === worker);
    while (seeds.length > 0) {
      const before = tallies[worker];
      await inWorker(seeds.splice(0, MOST_RUNS_OF_A_PROCESS), tally => {
        const after = sum(before, tally);
        after.findings.slice(tallies[worker].findings.length).forEach(finding => process.stderr.write(`${described(finding).join('\n')}\n`));
        tallies[worker] = after;
        if (isTerminal) process.stderr.write(`\r${total().runs} of ${count} runs, ${total().findings.length} violations`);
      });
      if (!isTerminal) process.stderr.write(`${total().runs} of ${count} runs\n`);
    }
  }));
  if (isTerminal) process.stderr.write('\n');
  console.log(`seeds ${first} to ${first + count - 1}`);
  console.log(report(total(), (Date.now() - start) / 1_000));
  return total().findings.length > 0 ? 1 : 0;
}

function inWorker(seeds: readonly number[], progress: (tally: Tally) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(__filename, [WORKER], { execArgv: process.execArgv });
    worker.on('message', (tally: Tally) => progress(tally));
    worker.on('error', reject);
    worker.on('exit', code => (code === 0 ? resolve() : reject(new Error(`A worker ended with ${code}.`))));
    worker.send(seeds);
  });
}

if (process.argv[2] === WORKER) {
  process.once('message', (seeds: number[]) => void work(seeds));
} else {
  main(process.argv.slice(2)).then(
    code => process.exitCode = code,
    (error: Error) => {
      console.error(`${error.message}\n${USAGE}`);
      process.exitCode = 2;
    },
  );
}
