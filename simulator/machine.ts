import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Endpoints, IncomingRequest, startEndpoints } from './endpoints';
import { FunctionHost } from './functions/function-host';
import { hostBundle } from './functions/host-bundle';
import { HostSettings } from './functions/host-protocol';
import { LambdaFunction } from './functions/lambda-function';
import { nodeBinary } from './functions/node-binaries';

/** A process may serve so many worlds: what one leaves behind in it must not add up. */
const MOST_USES = 100;

/** Starts what worlds need of the machine that they run on. */
export async function startMachine(): Promise<Machine> {
  const machine = new Machine();
  await machine.open();
  return machine;
}

/** A folder, the loopback servers and the function processes. One world at a time uses it, and leaves its quiet processes to the next. */
export class Machine {
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'simulator-'));
  private readonly timeFile = openSync(this.file('time'), 'w');
  private readonly time = Buffer.alloc(8);
  private readonly hosts = new Set<FunctionHost>();
  private readonly idle: FunctionHost[] = [];
  private endpoints: Endpoints | undefined;
  private readonly abandon = () => this.end();

  /** Gets every request of a function process. */
  onRequest: (incoming: IncomingRequest) => void = () => undefined;

  async open(): Promise<void> {
    process.once('exit', this.abandon);
    writeFileSync(this.file('host.js'), hostBundle());
    mkdirSync(this.home);
    this.endpoints = await startEndpoints(incoming => this.onRequest(incoming));
  }

  /** A folder for the functions' HOME, with nothing in it. */
  get home(): string {
    return this.file('home');
  }

  /** `127.0.0.1:port` of the AWS services. */
  get endpoint(): string {
    return this.endpoints!.endpoint;
  }

  /** Makes the time known to all function processes. */
  publish(now: number): void {
    this.time.writeDoubleLE(now);
    writeSync(this.timeFile, this.time, 0, 8, 0);
  }

  /** A process for that function: an idle one that has run the same code, or a new one. */
  host(fn: LambdaFunction): FunctionHost {
    const { tlsPort, certificate } = this.endpoints!;
    const settings: HostSettings = {
      timeFile: this.file('time'), codeDirectory: fn.codeDirectory, logLevel: fn.logging?.applicationLevel, endpoint: this.endpoint, tlsPort, certificate,
    };
    const options = { execPath: nodeBinary(fn.runtime), bundleFile: this.file('host.js'), settings };
    const index = this.idle.findIndex(idle => idle.canServe(options));
    const host = index < 0 ? new FunctionHost(options) : this.idle.splice(index, 1)[0];
    this.hosts.add(host);
    return host;
  }

  /** Nothing runs in it any more: it stays if really nothing can go on in it, and ends otherwise. */
  giveBack(host: FunctionHost): void {
    if (host.isAtRest() && host.uses < MOST_USES) this.idle.push(host);
    else host.kill();
  }

  /** The world is over: what it has not given back ends. */
  async release(): Promise<void> {
    this.onRequest = () => undefined;
    await Promise.all([...this.hosts].filter(host => !this.idle.includes(host)).map(async host => {
      this.hosts.delete(host);
      await host.close();
    }));
    this.endpoints?.closeIdleConnections();
  }

  async close(): Promise<void> {
    process.off('exit', this.abandon);
    await Promise.all([...this.hosts].map(async host => host.close()));
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
}
