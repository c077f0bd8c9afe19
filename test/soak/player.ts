import { History, Operation } from './history';
import { allowed, NEIGHBOUR, Setting, Templates } from './setting';
import { COPY_TYPE, Snapshot, Step } from './step';
import { Weather } from './weather';
import { RecoveryPoint } from '../../simulator/backup/recovery-points';
import { Machine } from '../../simulator/machine';
import { DEFAULT_SCENARIO, parseScenario, Scenario } from '../../simulator/scenario';
import { Ended, Simulation, startSimulation } from '../../simulator/simulation';

/** What is called after every step; what it returns is wrong with that step. */
export type Judge = (steps: readonly Step[]) => readonly Violation[];

export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

/** What came of a history. */
export interface Played {
  readonly steps: readonly Step[];
  /** Of the first step that had any; the history ends there. */
  readonly violations: readonly Violation[];
}

/** What histories are played with, one after the other. */
export interface Grounds {
  readonly machine: Machine;
  readonly templates: Templates;
}

/** What a person may do with a stack in that state. */
const DEPLOYABLE = [undefined, 'DELETE_COMPLETE', 'CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];
const GONE = [undefined, 'DELETE_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

const LONGEST_RUN_MILLISECONDS = 120_000;

/** Plays a history in a simulated AWS of its own, until it is over or something is wrong. */
export async function play(history: History, { machine, templates }: Grounds, judge: Judge): Promise<Played> {
  const scenario = scenarioOf({}, history.seed);
  const simulation = await startSimulation({ environment: templates.of(allowed(history.first)).environment, scenario, machine });
  const player = new Player(simulation, templates, history.first);
  try {
    let violations: readonly Violation[] = [];
    for (const operation of history.operations) {
      const steps = player.steps.length;
      await watched(player.play(operation, history.seed));
      violations = player.steps.length > steps ? judge(player.steps) : [];
      if (violations.length > 0) break;
    }
    return { steps: player.steps, violations };
  } catch (error) {
    return { steps: player.steps, violations: [{ invariant: 'ends', what: (error as Error).stack ?? String(error) }] };
  } finally {
    await simulation.close();
  }
}

class Player {
  readonly steps: Step[] = [];
  private lastAsked: Setting;
  private scenario: Scenario = DEFAULT_SCENARIO;
  private now: Snapshot = { time: 0, attributes: {}, jobs: [], points: {}, requests: [], waitersStartedTwice: 0 };
  private counted: Readonly<Record<string, number>> = {};

  constructor(private readonly simulation: Simulation, private readonly templates: Templates, first: Setting) {
    this.lastAsked = allowed(first);
  }

  /** Plays one operation, if the stack is in a state for it. */
  async play(operation: Operation, seed: number): Promise<void> {
    const { status } = this.now;
    switch (operation.kind) {
      case 'deploy': {
        if (!DEPLOYABLE.includes(status)) return;
        const asked = allowed({ ...this.lastAsked, ...operation.change });
        this.lastAsked = asked;
        const { neighbourFailsAfter: afterSeconds } = operation;
        const failResources = afterSeconds === undefined ? [] : [{ resource: NEIGHBOUR, afterSeconds }];
        this.scenario = scenarioOf({ ...operation.weather, failResources }, seed);
        await this.step({ kind: 'deploy', asked, neighbourFails: afterSeconds !== undefined }, () => this.simulation.deploy(this.templates.of(asked), this.scenario));
        return;
      }
      case 'delete':
        if (status === undefined || status === 'DELETE_COMPLETE') return;
        this.scenario = scenarioOf(operation.weather, seed);
        await this.step({ kind: 'delete' }, () => this.simulation.delete(this.scenario));
        return;
      case 'pass':
        if (status !== undefined) await this.step({ kind: 'pass' }, () => this.simulation.advance(operation.minutes * 60));
        return;
      case 'lose':
        if (status === undefined) return;
        this.lose(operation.what);
        await this.step({ kind: 'lose', lost: operation.what }, () => this.simulation.advance(1));
    }
  }

  private async step(about: Pick<Step, 'kind' | 'asked' | 'lost'> & { readonly neighbourFails?: boolean }, work: () => Promise<Ended>): Promise<void> {
    const { now: before, scenario } = this;
    const ended = await work();
    this.now = this.snapshot(ended, about.asked ?? before.setting, before);
    const { events, logs } = ended;
    this.steps.push({ neighbourFails: false, ...about, scenario, faults: this.faultsMet(about.kind), logs, before, after: this.now, events });
  }

  /** An operation counts anew, and what is in flight goes on counting. */
  private faultsMet(kind: Step['kind']): Record<string, number> {
    const counted = this.simulation.aws.faults.counts();
    const earlier = kind === 'deploy' || kind === 'delete' ? {} : this.counted;
    this.counted = counted;
    return Object.fromEntries(Object.entries(counted).map(([name, times]) => [name, times - (earlier[name] ?? 0)]));
  }

  private snapshot({ status, state }: Ended, wanted: Setting | undefined, before: Snapshot): Snapshot {
    const { aws: { backup, customResources, stepFunctions } } = this.simulation;
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
      waitersStartedTwice: stepFunctions.executions().filter(({ requests }) => requests > 1).length,
    };
  }

  private lose(what: 'tokens' | 'jobs' | 'copies'): void {
    const { backup } = this.simulation.aws;
    if (what === 'tokens') backup.forgetTokens();
    else if (what === 'jobs') backup.copyJobs().filter(job => job.completedAt !== undefined).forEach(job => backup.forgetCopyJob(job.copyJobId));
    else backup.allRecoveryPoints().filter(point => point.sourceBackupVaultArn).forEach(point => backup.vanish(point.arn));
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
