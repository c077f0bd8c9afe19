import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AssemblyStack, readAssembly, selectStack } from './assembly';
import { formatCopyJobs, formatEnd, formatOutputs, isSuccess } from './report';
import { DEFAULT_SCENARIO, namedScenario, readScenario, Scenario, scenarioNames } from './scenario';
import { Outcome, Simulation, startSimulation } from './simulation';
import { environmentOf, SimulationState } from './simulation-state';
import { readState, saveState } from './state-folder';
import { Terminal } from './terminal';

const USAGE = `Usage: npm run simulate -- CDK_OUT [--stack NAME] [--scenario FILE] [--state DIR] [--json]
       npm run simulate -- --delete --state DIR [--scenario FILE] [--json]

Deploys a synthesized stack on a simulated AWS.
  CDK_OUT          folder that \`cdk synth\` wrote
  --stack NAME     the stack to deploy, when there is more than one
  --scenario FILE  how AWS Backup and the rest behave, or the name of one that there is (${scenarioNames().join(', ')});
                   without it everything goes well
  --state DIR      keeps the stack there: the next deployment updates it
  --delete         deletes the stack that DIR keeps
  --json           prints one JSON object instead of events
  --help           prints this

Exit code: 0 the stack ended COMPLETE, 1 it did not, 2 bad usage.
`;

/** What the command line asks for. */
interface Request {
  /** Nothing to delete what there is. */
  readonly stack?: AssemblyStack;
  readonly scenario: Scenario;
  readonly folder?: string;
  readonly state?: SimulationState;
  readonly json: boolean;
}

/** Runs the command line; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const request = read(args);
  if (typeof request === 'string') {
    process.stderr.write(`${request}\n\n${USAGE}`);
    return 2;
  }
  try {
    const { status } = await run(request);
    return isSuccess(status) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

/** The request, or what is wrong with it. */
function read(args: readonly string[]): Request | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: 'string' },
        scenario: { type: 'string' },
        state: { type: 'string' },
        delete: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const { delete: isDeletion, json } = values;
    const folder = values.state === undefined ? undefined : placeOf(values.state);
    if (folder !== undefined && existsSync(folder) && !statSync(folder).isDirectory()) return `--state names a folder, and ${folder} is a file.`;
    const state = folder === undefined ? undefined : readState(folder);
    if (isDeletion && !state) return 'To delete a stack, name the folder that keeps it with --state.';
    if (positionals.length !== (isDeletion ? 0 : 1)) return isDeletion ? '--delete takes no CDK_OUT.' : 'Name one folder that `cdk synth` wrote.';
    return {
      stack: isDeletion ? undefined : selectStack(readAssembly(placeOf(positionals[0])), values.stack),
      scenario: values.scenario === undefined ? DEFAULT_SCENARIO : scenarioOf(values.scenario),
      folder,
      state,
      json,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** A path as its user means it: npm runs scripts in the package's own folder. */
function placeOf(path: string): string {
  return resolve(process.env.INIT_CWD ?? '.', path);
}

function scenarioOf(name: string): Scenario {
  return scenarioNames().includes(name) ? namedScenario(name) : readScenario(placeOf(name));
}

async function run(request: Request): Promise<Outcome> {
  const { stack, scenario, state, folder, json } = request;
  const environment = stack?.environment ?? environmentOf(state!);
  let terminal: Terminal | undefined;
  const simulation = await startSimulation({ environment, scenario, state, onEvent: event => terminal?.event(event) });
  if (!json) terminal = new Terminal(process.stdout, stack?.paths ?? {}, () => simulation.world.clock.now());
  try {
    const outcome = await (stack ? simulation.deploy(stack) : simulation.delete());
    if (folder !== undefined) saveState(folder, simulation.state());
    terminal?.close();
    // What a stack had is gone with it.
    print(stack ? outcome : { ...outcome, outputs: {} }, simulation, terminal);
    return outcome;
  } finally {
    terminal?.close();
    await simulation.close();
  }
}

function print(outcome: Outcome, simulation: Simulation, terminal: Terminal | undefined): void {
  const { status, events, outputs, copyJobs, calls, simulatedSeconds } = outcome;
  if (!terminal) {
    process.stdout.write(`${JSON.stringify({ status, events, outputs, copyJobs, calls, simulatedSeconds }, undefined, 2)}\n`);
    return;
  }
  const { name } = simulation.state().stack;
  terminal.print(`\n${formatEnd(name, status, events, simulatedSeconds, terminal.layout)}`);
  const copies = formatCopyJobs(outcome, simulation.world.clock.now() - simulatedSeconds * 1_000);
  if (copies) terminal.print(`\n${copies}`);
  if (isSuccess(status) && Object.keys(outputs).length > 0) terminal.print(`\n${formatOutputs(name, outputs)}`);
}

if (require.main === module) {
  void main(process.argv.slice(2)).then(code => {
    process.exitCode = code;
  });
}
