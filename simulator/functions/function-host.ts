import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { HostMessage, HostReport, HostSettings } from './host-protocol';
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
  readonly id: number;
  readonly execPath: string;
  readonly bundleFile: string;
  readonly settings: HostSettings;
  readonly environment: Record<string, string>;
}

/** One process of a function, seen from outside. */
export class FunctionHost implements Participant {
  readonly id: number;
  readonly accessKeyId: string;
  /** It was busy for too long and was ended: its invocations stay without an answer until they time out. */
  stuck = false;
  private readonly process: ChildProcess;
  private readonly unanswered = new Set<number>();
  private report: HostReport = { messages: 0, openRequests: [], nextTimer: null, results: [], logs: [], refusals: [], exiting: false };
  private sent = 0;
  private running = true;
  private started = false;
  private unwanted = false;

  constructor(options: HostOptions, events: HostEvents) {
    this.id = options.id;
    this.accessKeyId = options.environment.AWS_ACCESS_KEY_ID;
    this.process = fork(options.bundleFile, [JSON.stringify([options.id, options.settings])], {
      cwd: options.settings.codeDirectory,
      env: options.environment,
      execPath: options.execPath,
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let stderr = '';
    this.process.stderr?.on('data', data => stderr += String(data));
    this.process.on('message', (report: HostReport) => {
      this.report = report;
      this.started = true;
      events.reported(report);
    });
    this.process.on('error', () => undefined);
    this.process.on('close', (code, signal) => {
      this.running = false;
      if (!this.started && !this.unwanted) events.broken(stderr);
      events.ended(signal ? 'signal: killed' : `exit status ${code}`, stderr);
    });
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

  /** The reply is on its way: the process is busy until it has dealt with it. */
  requestAnswered(request: number): void {
    this.unanswered.delete(request);
  }
}
