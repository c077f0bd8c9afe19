/** A process that runs one function's environments. It is bundled to one file, and patches what it must before any function code is loaded. */
import { openSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { HostLog, HostMessage, HostReport, HostResult, HostSettings, HostTask } from '../host-protocol';
import { installConsoleOutput } from './console-output';
import { Environment, runIn } from './environment';
import { FunctionModules } from './function-modules';
import { Invocation, invoke } from './invocation';
import { Network } from './network';
import { reportWhenQuiet } from './quiet';
import { installSeededChance } from './seeded-chance';
import { installVirtualDate } from './virtual-date';
import { installVirtualTimers } from './virtual-timers';

const settings = JSON.parse(process.argv.pop()!) as HostSettings;
let task: HostTask;
const environments = new Map<number, Environment>();
let messages = 0;
const results: HostResult[] = [];
const logs: HostLog[] = [];
const refusals: string[] = [];

const refuse = (what: string): never => {
  refusals.push(what);
  throw new Error(`${what} is not simulated`);
};
const { now, restart } = installVirtualDate(openSync(settings.timeFile, 'r'));
const timers = installVirtualTimers(now, refuse);
const active = reportWhenQuiet(() => report(false));
const network = new Network(settings, refuse, active);
const reseed = installSeededChance();
installConsoleOutput(logs, settings.logLevel);
syncBuiltinESMExports();
const modules = new FunctionModules(settings.codeDirectory, refuse);

process.on('disconnect', () => process.exit());
process.on('exit', () => report(true));
process.on('message', (message: HostMessage) => {
  messages += 1;
  if (message.type === 'adopt') adopt(message.task);
  if (message.type === 'invoke') start(message);
  if (message.type === 'tick') timers.runNext();
  if (message.type === 'refuse') network.refuse(message.request);
  if (message.type === 'discard') discard(message.environment);
  active();
});

/** Begins in another world, or in the first one: of an earlier one nothing is left. */
function adopt(adopted: HostTask): void {
  task = adopted;
  environments.clear();
  timers.clearAll();
  network.begin(task.host);
  restart();
  reseed(task.seed);
  for (const name of Object.keys(process.env)) {
    if (!(name in task.variables)) delete process.env[name];
  }
  Object.assign(process.env, task.variables);
}

function start(invocation: Invocation): void {
  const environment = environments.get(invocation.environment) ?? new Environment(invocation.environment, task.seed);
  environments.set(environment.id, environment);
  environment.inFlight = true;
  void runIn(environment, async () => {
    const outcome = await invoke(invocation, task, now, () => environment.handler ??= modules.loadHandler(task.handler));
    environment.inFlight = false;
    results.push({ environment: environment.id, requestId: invocation.requestId, ...outcome });
  });
}

function discard(id: number): void {
  const environment = environments.get(id);
  if (environment) timers.discard(environment);
  environments.delete(id);
}

function report(exiting: boolean): void {
  if (!process.connected) return;
  process.send?.({
    messages,
    openRequests: network.open,
    nextTimer: timers.next(),
    results: results.splice(0),
    logs: logs.splice(0),
    refusals: refusals.splice(0),
    exiting,
  } satisfies HostReport);
}
