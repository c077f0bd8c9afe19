import { IncomingRequest } from './endpoints';
import { EventLoop } from './event-loop';
import { environmentVariables } from './functions/environment-variables';
import { FunctionHost, HostEvents } from './functions/function-host';
import { Functions } from './functions/functions';
import { LambdaFunction } from './functions/lambda-function';
import { Machine, startMachine } from './machine';
import { SeededRandom } from './seeded-random';
import { VirtualClock } from './virtual-clock';
import { Answer, Caller, Service } from './wire';
import { errorReply } from './wire/error-reply';
import { World } from './world';

const START_TIME = Date.UTC(2025, 0, 1);

/** Milliseconds that a request takes, and a reply: they give interleavings that differ from seed to seed. */
const LATENCY = [2, 25] as const;

const WATCHDOG_SECONDS = 60;

/** What a host process asks comes after what its functions answered. */
const REQUESTS_LAST = 1;

export interface WorldOptions {
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly startTime?: number;
  /** Gets every line that a function writes. */
  readonly onLog?: (fn: LambdaFunction, line: string) => void;
  /** Real seconds that a function may compute without waiting for anything; then its process is ended. */
  readonly watchdogSeconds?: number;
  /** One that an earlier world has left; otherwise the world has its own, and ends it. */
  readonly machine?: Machine;
}

/** Starts a world without services and functions. */
export async function startWorld(options: WorldOptions): Promise<SimulatedWorld> {
  return new SimulatedWorld(options.machine ?? await startMachine(), options);
}

/** Virtual time, function processes and endpoints on loopback, put together. */
export class SimulatedWorld implements World {
  readonly clock: VirtualClock;
  readonly functions: Functions;
  private readonly chance: SeededRandom;
  private readonly latency: SeededRandom;
  private readonly loop: EventLoop;
  private readonly hosts: FunctionHost[] = [];
  private readonly services = new Map<string, Service>();

  constructor(private readonly machine: Machine, private readonly options: WorldOptions) {
    const { seed, startTime = START_TIME, watchdogSeconds = WATCHDOG_SECONDS, onLog = () => undefined } = options;
    this.chance = new SeededRandom(`${seed}/world`);
    this.latency = new SeededRandom(`${seed}/latency`);
    this.clock = new VirtualClock(startTime, now => machine.publish(now));
    this.loop = new EventLoop(this.clock, watchdogSeconds * 1000);
    this.functions = new Functions({
      clock: this.clock,
      loop: this.loop,
      random: new SeededRandom(`${seed}/functions`),
      startHost: (fn, events) => this.startHost(fn, events),
      endHost: host => machine.giveBack(host),
      onLog,
    });
    machine.onRequest = incoming => this.arrive(incoming);
  }

  random(): number {
    return this.chance.number();
  }

  serve(name: string, service: Service): void {
    this.services.set(name, service);
  }

  fail(error: Error): void {
    this.loop.fail(error);
  }

  async run<T>(work: Promise<T>): Promise<T> {
    return this.loop.run(work);
  }

  async close(): Promise<void> {
    this.functions.close();
    if (this.options.machine) await this.machine.release();
    else await this.machine.close();
  }

  private startHost(fn: LambdaFunction, events: HostEvents): FunctionHost {
    const id = this.hosts.length + 1;
    const { machine: { endpoint, home }, options: { seed } } = this;
    const variables = environmentVariables(fn, {
      accessKeyId: `ASIASIMULATED${String(id).padStart(7, '0')}`,
      endpoint,
      home,
      logStream: `${new Date(this.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`,
    });
    const host = this.machine.host(fn);
    host.adopt({ host: id, seed: String(seed), handler: fn.handler, functionArn: fn.arn, variables }, events);
    this.hosts.push(host);
    return host;
  }

  private arrive(incoming: IncomingRequest): void {
    const host = this.hosts[incoming.host - 1];
    host.requestArrived(incoming.number);
    this.loop.arrive([host.id, REQUESTS_LAST, incoming.number], () => {
      // A client may have given up in the same moment: whether a server would have seen that request is left to chance in reality.
      if (host.waitsFor(incoming.number)) this.answer(host, incoming).catch(error => this.loop.fail(error as Error));
    });
  }

  private async answer(host: FunctionHost, incoming: IncomingRequest): Promise<void> {
    const caller = this.functions.callerOf(incoming.environment, incoming.accessKeyId);
    await this.clock.sleep(this.latency.integer(...LATENCY));
    const answer = await this.ask(incoming.request, caller);
    await this.clock.sleep(this.latency.integer(...LATENCY));
    this.functions.deliver(incoming.environment, () => {
      if (!host.waitsFor(incoming.number)) return;
      if (answer === 'refuse') {
        host.refuse(incoming.number);
        return;
      }
      host.requestAnswered(incoming.number);
      incoming.reply(answer, this.clock.now());
    });
  }

  private async ask(request: IncomingRequest['request'], caller: Caller | undefined): Promise<Answer> {
    const service = this.services.get(request.service);
    if (!service) {
      const name = request.service || 'an AWS service that the unsigned request does not name';
      throw new Error(`Not simulated: ${name} (${request.method} ${request.path}).`);
    }
    if (!caller) {
      return errorReply(request.service, { status: 403, code: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' });
    }
    return service.handle({ ...request, caller });
  }
}
