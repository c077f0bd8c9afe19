import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { runtimeModules } from './environment-variables';
import { HostMessage, HostReport, HostSettings, HostTask } from './host-protocol';
import { Participant } from '../event-loop';

/** What a host process tells those who started it. */
export interface HostEvents {
  reported(report: HostReport): void;
  /** `how` as Lambda words it: `exit status 1`, `signal: killed`. */
  ended(how: string, stderr: string): void;
  /** It never began to work: that is the simulator's own fault. */
  broken(stderr: string): void;
}

export interface HostOptions {
  readonly execPath: string;
  readonly bundleFile: string;
  readonly settings: HostSettings;
}

/** One process of a function, seen from outside. */
export class FunctionHost implements Participant {
  /** Worlds that it has been in. */
  uses = 0;
  /** It was busy for too long and was ended: its invocations stay without an answer until they time out. */
  stuck = false;
  private readonly process: ChildProcess;
  private readonly unanswered = new Set<number>();
  private task?: HostTask;
  private events?: HostEvents;
  private report: HostReport = { messages: 0, openRequests: [], nextTimer: null, results: [], logs: [], refusals: [], exiting: false };
  private sent = 0;
  private running = true;
  private started = false;
  private unwanted = false;

  constructor(private readonly options: HostOptions) {
    const { bundleFile, execPath, settings } = options;
    this.process = fork(bundleFile, [JSON.stringify(settings)], {
      cwd: settings.codeDirectory,
      env: { NODE_PATH: runtimeModules() },
      execPath,
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    this.process.stderr?.on('data', data => stderr += String(data));
    this.process.on('message', (report: HostReport) => {
      this.report = report;
      this.started = true;
      this.events?.reported(report);
    });
    this.process.on('error', () => undefined);
    this.process.on('close', (code, signal) => {
      this.running = false;
      if (!this.started && !this.unwanted) this.events?.broken(stderr);
      this.events?.ended(signal ? 'signal: killed' : `exit status ${code}`, stderr);
    });
  }

  /** From now on it runs that function. */
  adopt(task: HostTask, events: HostEvents): void {
    this.uses += 1;
    this.task = task;
    this.events = events;
    this.send({ type: 'adopt', task });
  }

  get id(): number {
    return this.task!.host;
  }

  get accessKeyId(): string {
    return this.task!.variables.AWS_ACCESS_KEY_ID;
  }

  canServe(options: HostOptions): boolean {
    return this.isAtRest() && JSON.stringify(options) === JSON.stringify(this.options);
  }

  /** Without an invocation, nothing can go on in it any more. */
  isAtRest(): boolean {
    return this.running && !this.unwanted && this.isQuiet() && this.report.openRequests.length === 0;
  }

  send(message: HostMessage): void {
    if (!this.running) return;
    this.sent += 1;
    this.process.send(message, () => undefined);
  }

  isQuiet(): boolean {
    if (!this.running) return true;
    const { messages, openRequests, exiting } = this.report;
    return !exiting && messages === this.sent && openRequests.every(request => this.unanswered.has(request));
  }

  nextTimer(): number | undefined {
    return this.running ? this.report.nextTimer ?? undefined : undefined;
  }

  tick(): void {
    this.send({ type: 'tick' });
  }

  giveUp(): void {
    this.stuck = true;
    this.kill();
  }

  kill(): void {
    this.unwanted = true;
    this.process.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  async close(): Promise<void> {
    if (!this.running) return;
    const closed = once(this.process, 'close');
    this.kill();
    await closed;
  }

  /** A request of it has arrived whole. */
  requestArrived(request: number): void {
    this.unanswered.add(request);
  }

  /** Whether the process still waits for the reply to that request: its client may have given up. */
  waitsFor(request: number): boolean {
    return this.running && this.report.openRequests.includes(request);
  }

  /** The request finds nobody who listens. */
  refuse(request: number): void {
    this.send({ type: 'refuse', request });
  }

  /** The reply is on its way: the process is busy until it has dealt with it. */
  requestAnswered(request: number): void {
    this.unanswered.delete(request);
  }
}
