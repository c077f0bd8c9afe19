import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Endpoints, IncomingRequest, startEndpoints } from './endpoints';
import { EventLoop } from './event-loop';
import { environmentVariables } from './functions/environment-variables';
import { FunctionHost, HostEvents } from './functions/function-host';
import { Functions } from './functions/functions';
import { hostBundle } from './functions/host-bundle';
import { LambdaFunction } from './functions/lambda-function';
import { nodeBinary } from './functions/node-binaries';
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
}

/** Starts a world without services and functions. */
export async function startWorld(options: WorldOptions): Promise<SimulatedWorld> {
  const world = new SimulatedWorld(options);
  await world.open();
  return world;
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
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'simulator-'));
  private readonly timeFile: number;
  private endpoints: Endpoints | undefined;
  private readonly abandon: () => void;

  constructor(private readonly options: WorldOptions) {
    const { seed, startTime = START_TIME, watchdogSeconds = WATCHDOG_SECONDS, onLog = () => undefined } = options;
    this.chance = new SeededRandom(`${seed}/world`);
    this.latency = new SeededRandom(`${seed}/latency`);
    this.timeFile = openSync(this.file('time'), 'w');
    writeFileSync(this.file('host.js'), hostBundle());
    mkdirSync(this.file('home'));
    const time = Buffer.alloc(8);
    this.clock = new VirtualClock(startTime, now => {
      time.writeDoubleLE(now);
      writeSync(this.timeFile, time, 0, 8, 0);
    });
    this.loop = new EventLoop(this.clock, watchdogSeconds * 1000);
    this.functions = new Functions({
      clock: this.clock,
      loop: this.loop,
      random: new SeededRandom(`${seed}/functions`),
      startHost: (fn, events) => this.startHost(fn, events),
      onLog,
    });
    this.abandon = () => this.end();
    process.once('exit', this.abandon);
  }

  async open(): Promise<void> {
    this.endpoints = await startEndpoints(incoming => this.arrive(incoming));
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
    process.off('exit', this.abandon);
    this.functions.close();
    await Promise.all(this.hosts.map(async host => host.close()));
    await this.endpoints?.close();
    this.end();
  }

  private end(): void {
    for (const host of this.hosts) host.kill();
    closeSync(this.timeFile);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }

  private startHost(fn: LambdaFunction, events: HostEvents): FunctionHost {
    const id = this.hosts.length + 1;
    const { endpoint, tlsPort, certificate } = this.endpoints!;
    const host = new FunctionHost({
      id,
      execPath: nodeBinary(fn.runtime),
      bundleFile: this.file('host.js'),
      settings: {
        timeFile: this.file('time'),
        seed: String(this.options.seed),
        codeDirectory: fn.codeDirectory,
        handler: fn.handler,
        functionArn: fn.arn,
        logLevel: fn.applicationLogLevel,
        endpoint,
        tlsPort,
        certificate,
      },
      environment: environmentVariables(fn, {
        accessKeyId: `ASIASIMULATED${String(id).padStart(7, '0')}`,
        endpoint,
        home: this.file('home'),
        logStream: `${new Date(this.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`,
      }),
    }, events);
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
