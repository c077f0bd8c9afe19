import { History, Operation } from './history';
import { allowed, NEIGHBOUR, Setting, Templates } from './setting';
import { COPY_TYPE, Snapshot, Step } from './step';
import { Weather } from './weather';
import { RecoveryPoint } from '../../simulator/backup/recovery-points';
import { Faults } from '../../simulator/faults';
import { DEFAULT_SCENARIO, parseScenario, Scenario } from '../../simulator/scenario';
import { Ended, Simulation, startSimulation } from '../../simulator/simulation';

/** What is called after every step; what it returns is wrong with that step. */
export type Judge = (steps: readonly Step[], logs: readonly string[]) => readonly Violation[];

export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

/** What came of a history. */
export interface Played {
  readonly steps: readonly Step[];
  /** Of the first step that had any; the history ends there. */
  readonly violations: readonly Violation[];
  /** How often each kind of trouble was met. */
  readonly trouble: Readonly<Record<string, number>>;
}

/** What a person may do with a stack in that state. */
const DEPLOYABLE = [undefined, 'DELETE_COMPLETE', 'CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];
const GONE = [undefined, 'DELETE_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

const LONGEST_RUN_MILLISECONDS = 120_000;

/** Plays a history in a simulated AWS of its own, until it is over or something is wrong. */
export async function play(history: History, templates: Templates, judge: Judge): Promise<Played> {
  const scenario = scenarioOf({}, history.seed);
  const simulation = await startSimulation({ environment: templates.of(allowed(history.first)).environment, scenario });
  const player = new Player(simulation, templates, history.first);
  try {
    let violations: readonly Violation[] = [];
    for (const operation of history.operations) {
      const logs = await watched(player.play(operation, history.seed));
      violations = logs ? judge(player.steps, logs) : [];
      if (violations.length > 0) break;
    }
    return { steps: player.steps, violations, trouble: player.trouble };
  } catch (error) {
    return { steps: player.steps, violations: [{ invariant: 'ends', what: (error as Error).stack ?? String(error) }], trouble: player.trouble };
  } finally {
    await simulation.close();
  }
}

class Player {
  readonly steps: Step[] = [];
  readonly trouble: Record<string, number> = {};
  private readonly lastWanted: { setting: Setting };
  private scenario: Scenario = DEFAULT_SCENARIO;
  private now: Snapshot = { time: 0, attributes: {}, jobs: [], points: {}, requests: [] };

  constructor(private readonly simulation: Simulation, private readonly templates: Templates, first: Setting) {
    this.lastWanted = { setting: allowed(first) };
  }

  /** Plays one operation, if the stack is in a state for it; returns what the functions wrote. */
  async play(operation: Operation, seed: number): Promise<readonly string[] | undefined> {
    const { status } = this.now;
    switch (operation.kind) {
      case 'deploy': {
        if (!DEPLOYABLE.includes(status)) return undefined;
        const asked = allowed({ ...this.lastWanted.setting, ...operation.change });
        this.lastWanted.setting = asked;
        const { neighbourFailsAfter: afterSeconds } = operation;
        const failResources = afterSeconds === undefined ? [] : [{ resource: NEIGHBOUR, afterSeconds }];
        this.scenario = scenarioOf({ ...operation.weather, failResources }, seed);
        return this.step('deploy', () => this.simulation.deploy(this.templates.of(asked), this.scenario), asked, afterSeconds !== undefined);
      }
      case 'delete':
        if (status === undefined || status === 'DELETE_COMPLETE') return undefined;
        this.scenario = scenarioOf(operation.weather, seed);
        return this.step('delete', () => this.simulation.delete(this.scenario));
      case 'pass':
        return status === undefined ? undefined : this.step('pass', () => this.simulation.advance(operation.minutes * 60));
      case 'lose':
        return status === undefined ? undefined : this.step('lose', () => {
          this.lose(operation.what);
          return this.simulation.advance(1);
        });
    }
  }

  private async step(kind: Step['kind'], work: () => Promise<Ended>, asked?: Setting, neighbourFails = false): Promise<readonly string[]> {
    const before = this.now;
    const ended = await work();
    const snapshot = this.snapshot(ended, asked ?? before.setting, before);
    this.now = snapshot;
    this.steps.push({ kind, asked, neighbourFails, scenario: this.scenario, before, after: snapshot, events: ended.events });
    if (kind === 'deploy' || kind === 'delete') this.countTrouble();
    return ended.logs;
  }

  private snapshot({ status, state }: Ended, wanted: Setting | undefined, before: Snapshot): Snapshot {
    const { aws: { backup, customResources } } = this.simulation;
    const setting = GONE.includes(status) ? undefined : isForward(status) ? wanted : before.setting;
    const [, copy] = Object.entries(state.stack.resources)
      .find(([id, { type }]) => type === COPY_TYPE && setting?.hasCopy && id.startsWith(setting.id)) ?? [];
    return {
      time: state.time,
      status,
      setting,
      physicalId: copy?.physicalId,
      attributes: copy?.attributes ?? {},
      jobs: backup.copyJobs(),
      points: Object.fromEntries(backup.allRecoveryPoints().map((point): [string, RecoveryPoint] => [point.arn, point])),
      requests: [...customResources.correspondence],
    };
  }

  private lose(what: 'tokens' | 'jobs' | 'copies'): void {
    const { backup } = this.simulation.aws;
    this.count(`lost ${what}`);
    if (what === 'tokens') backup.forgetTokens();
    else if (what === 'jobs') backup.copyJobs().filter(job => job.completedAt !== undefined).forEach(job => backup.forgetCopyJob(job.copyJobId));
    else backup.allRecoveryPoints().filter(point => point.sourceBackupVaultArn).forEach(point => backup.vanish(point.arn));
  }

  private countTrouble(): void {
    const { simulation: { aws }, scenario } = this;
    const step = this.steps.at(-1)!;
    Object.entries((aws as unknown as { faults: Faults }).faults.counts()).forEach(([kind, times]) => this.count(kind, times));
    const sent = step.after.requests.slice(step.before.requests.length);
    this.count('delivered twice', sent.filter(({ deliveries }) => deliveries > 1).length);
    this.count('answers lost', scenario.loseAnswers.length > 0 ? sent.filter(({ timedOut }) => timedOut).length : 0);
    for (const { rule } of step.after.jobs.slice(step.before.jobs.length)) {
      if (rule.endState !== 'COMPLETED') this.count(`job ${rule.endState}`);
      const states = rule.stages?.map(stage => stage.state) ?? [];
      if (states.includes('CREATED')) this.count('state going backwards');
      if (states.some(state => /ING$/.test(state) && state !== 'RUNNING')) this.count('unknown state');
      if (states.includes('COMPLETED')) this.count('completed without an ARN');
    }
    if (scenario.idempotency.forgetAfterSeconds !== undefined) this.count('tokens forgotten');
    if (scenario.jobHistorySeconds !== undefined) this.count('job history forgotten');
    if (step.neighbourFails) this.count('neighbour fails');
  }

  private count(kind: string, times = 1): void {
    if (times > 0) this.trouble[kind] = (this.trouble[kind] ?? 0) + times;
  }
}

function scenarioOf(weather: Weather, seed: number): Scenario {
  return parseScenario(JSON.stringify({ ...weather, seed }), 'soak.json');
}

async function watched<T>(work: Promise<T>): Promise<T> {
  let watchdog: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    watchdog = setTimeout(() => reject(new Error(`It did not end within ${LONGEST_RUN_MILLISECONDS / 1_000} real seconds.`)), LONGEST_RUN_MILLISECONDS);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(watchdog));
}

function isForward(status: string): boolean {
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
}
