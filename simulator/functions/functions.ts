import { FunctionHost, HostEvents } from './function-host';
import { HostReport, HostResult } from './host-protocol';
import { runtimeExited, timedOut } from './lambda-errors';
import { FunctionRuntime, InvocationResult, LambdaFunction } from './lambda-function';
import { Clock } from '../clock';
import { EventLoop } from '../event-loop';
import { SeededRandom } from '../seeded-random';
import { Caller } from '../wire';

/** So many environments share a process: one process each does not scale to hundreds that sleep at once. */
const ENVIRONMENTS_PER_HOST = 40;

/** Milliseconds until a handler starts: in a warm environment, and in one that has to be made. */
const WARM_START = [5, 50] as const;
const COLD_START = [200, 800] as const;

/** What a host's processes answered comes before what they ask. */
const RESULTS_FIRST = 0;

interface Invocation {
  readonly requestId: string;
  readonly answer: (result: InvocationResult) => void;
  readonly cancelTimeout: () => void;
}

/** One of Lambda's execution environments: an instance of the function's modules in a host process. */
interface Environment {
  readonly id: number;
  readonly pool: Pool;
  readonly host: FunctionHost;
  readonly caller: Caller;
  /** Replies that came while it was frozen. */
  readonly parked: (() => void)[];
  invocation?: Invocation;
}

/** The processes and environments of one version of one function. */
interface Pool {
  readonly fn: LambdaFunction;
  readonly version: string;
  readonly hosts: Map<FunctionHost, Set<Environment>>;
  readonly idle: Environment[];
  retired: boolean;
}

export interface FunctionsOptions {
  readonly clock: Clock;
  readonly loop: EventLoop;
  readonly random: SeededRandom;
  readonly startHost: (fn: LambdaFunction, events: HostEvents) => FunctionHost;
  /** No environment is left in it. */
  readonly endHost: (host: FunctionHost) => void;
  readonly onLog: (fn: LambdaFunction, line: string) => void;
}

/** Runs functions in processes of their own, in as many environments as there are invocations at once. */
export class Functions implements FunctionRuntime {
  private readonly pools = new Map<string, Pool>();
  private readonly environments = new Map<number, Environment>();
  private created = 0;

  constructor(private readonly options: FunctionsOptions) {}

  async invoke(fn: LambdaFunction, payload: string): Promise<InvocationResult> {
    const { clock, random } = this.options;
    const pool = this.poolOf(fn);
    let environment: Environment;
    do {
      const warm = pool.idle.pop();
      environment = warm ?? this.createEnvironment(pool);
      const [min, max] = warm ? WARM_START : COLD_START;
      await clock.sleep(random.integer(min, max));
    } while (!this.environments.has(environment.id));
    return this.start(environment, payload);
  }

  retire(arn: string): void {
    const pool = this.pools.get(arn);
    if (!pool) return;
    this.pools.delete(arn);
    pool.retired = true;
    for (const environment of pool.idle.splice(0)) this.forget(environment);
    this.endEmptyHosts(pool);
  }

  /**
   * Ends the invocation that sent a request, as if its process had been killed; tells whether there was one.
   * `caller` is the request's own.
   */
  crash(caller: Caller): boolean {
    const environment = [...this.environments.values()].find(candidate => candidate.caller === caller);
    if (!environment?.invocation) return false;
    this.end(environment, runtimeExited(environment.invocation.requestId, 'signal: killed'));
    return true;
  }

  /** Who sent a request, if that environment lives and the access key is its own (`undefined`: the request is not signed). */
  callerOf(environmentId: number, accessKeyId?: string): Caller | undefined {
    const environment = this.environments.get(environmentId);
    return accessKeyId === undefined || accessKeyId === environment?.host.accessKeyId ? environment?.caller : undefined;
  }

  /** Sends a reply to an environment: at once, or when it runs again, or never. */
  deliver(environmentId: number, reply: () => void): void {
    const environment = this.environments.get(environmentId);
    if (environment?.invocation) this.options.loop.depart(reply);
    else environment?.parked.push(reply);
  }

  close(): void {
    for (const environment of this.environments.values()) environment.invocation?.cancelTimeout();
    this.environments.clear();
    for (const { hosts } of this.pools.values()) {
      for (const [host, environments] of hosts) {
        if ([...environments].every(({ invocation }) => !invocation)) this.options.endHost(host);
      }
    }
  }

  private async start(environment: Environment, payload: string): Promise<InvocationResult> {
    const { clock, loop, random } = this.options;
    const { fn } = environment.pool;
    const requestId = random.uuid();
    const deadline = clock.now() + fn.timeoutSeconds * 1000;
    return new Promise(answer => {
      const cancelTimeout = clock.at(deadline, () => this.end(environment, timedOut(requestId, fn.timeoutSeconds)));
      environment.invocation = { requestId, answer, cancelTimeout };
      loop.depart(() => environment.host.send({ type: 'invoke', environment: environment.id, requestId, payload, deadline }));
      environment.parked.splice(0).forEach(reply => loop.depart(reply));
    });
  }

  private poolOf(fn: LambdaFunction): Pool {
    const version = JSON.stringify(fn);
    const known = this.pools.get(fn.arn);
    if (known?.version === version) return known;
    this.retire(fn.arn);
    const pool: Pool = { fn, version, hosts: new Map(), idle: [], retired: false };
    this.pools.set(fn.arn, pool);
    return pool;
  }

  private createEnvironment(pool: Pool): Environment {
    let [host] = [...pool.hosts].find(([, environments]) => environments.size < ENVIRONMENTS_PER_HOST) ?? [];
    if (!host) {
      const started = this.options.startHost(pool.fn, {
        reported: report => this.reported(pool, started, report),
        ended: (how, stderr) => this.hostEnded(pool, started, how, stderr),
        broken: stderr => this.options.loop.fail(new Error(`A process for ${pool.fn.logicalId} could not be started: ${stderr}`)),
      });
      host = started;
      pool.hosts.set(host, new Set());
      this.options.loop.join(host);
    }
    this.created += 1;
    const caller = { functionArn: pool.fn.arn, roleArn: pool.fn.roleArn };
    const environment: Environment = { id: this.created, pool, host, caller, parked: [] };
    pool.hosts.get(host)?.add(environment);
    this.environments.set(environment.id, environment);
    return environment;
  }

  private reported(pool: Pool, host: FunctionHost, report: HostReport): void {
    const { loop, onLog } = this.options;
    for (const { line } of report.logs) onLog(pool.fn, line);
    for (const what of report.refusals) loop.fail(new Error(`${pool.fn.logicalId}: ${what} is not simulated.`));
    report.results.forEach((result, index) => loop.arrive([host.id, RESULTS_FIRST, index], () => this.finish(result)));
    loop.wake();
  }

  private finish(result: HostResult): void {
    const environment = this.environments.get(result.environment);
    const invocation = environment?.invocation;
    if (!environment || invocation?.requestId !== result.requestId) return;
    invocation.cancelTimeout();
    environment.invocation = undefined;
    if (environment.pool.retired) this.discard(environment);
    else environment.pool.idle.push(environment);
    invocation.answer(result.failed ? { functionError: 'Unhandled', payload: result.payload } : { payload: result.payload });
  }

  /** The environment ends with its invocation. It never gets another message or reply: nothing of it can go on. */
  private end(environment: Environment, result: InvocationResult): void {
    const { invocation } = environment;
    invocation?.cancelTimeout();
    this.discard(environment);
    invocation?.answer(result);
  }

  private discard(environment: Environment): void {
    this.forget(environment);
    this.options.loop.depart(() => environment.host.send({ type: 'discard', environment: environment.id }));
    if (environment.pool.retired) this.endEmptyHosts(environment.pool);
  }

  private forget(environment: Environment): void {
    this.environments.delete(environment.id);
    environment.pool.hosts.get(environment.host)?.delete(environment);
  }

  private endEmptyHosts(pool: Pool): void {
    for (const [host, environments] of pool.hosts) {
      if (environments.size > 0) continue;
      pool.hosts.delete(host);
      this.options.loop.leave(host);
      this.options.endHost(host);
    }
  }

  private hostEnded(pool: Pool, host: FunctionHost, how: string, stderr: string): void {
    const { loop, onLog } = this.options;
    const environments = [...pool.hosts.get(host) ?? []];
    pool.hosts.delete(host);
    pool.idle.splice(0, pool.idle.length, ...pool.idle.filter(environment => environment.host !== host));
    loop.leave(host);
    for (const line of stderr.split('\n').filter(text => text !== '')) onLog(pool.fn, line);
    if (host.stuck) onLog(pool.fn, 'The simulator ended this process: it kept running without waiting for anything.');
    environments.forEach((environment, index) => loop.arrive([host.id, RESULTS_FIRST, index], () => {
      const { invocation } = environment;
      if (!invocation) this.forget(environment);
      // What spins goes on spinning until Lambda's time-out.
      else if (!host.stuck) this.end(environment, runtimeExited(invocation.requestId, how));
    }));
  }
}
