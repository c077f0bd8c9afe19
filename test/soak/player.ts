import { History, Operation } from './history';
import { allowed, NEIGHBOUR, OTHER_LOGICAL_ID, Setting, StackName, Templates } from './setting';
import { COPY_TYPE, Snapshot, StackSnapshot, Step, WorldSnapshot } from './step';
import { Weather } from './weather';
import { RecoveryPoint } from '../../simulator/backup/recovery-points';
import { ResourceState, StackState } from '../../simulator/cloudformation/stack-state';
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
const DEPLOYABLE = [
  undefined, 'DELETE_COMPLETE', 'CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED',
  'UPDATE_FAILED',
];
const TO_ROLL_BACK = ['UPDATE_ROLLBACK_FAILED', 'CREATE_FAILED', 'UPDATE_FAILED'];
const COMPLETE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];
const GONE = [undefined, 'DELETE_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

/** Against what hangs: a run takes a second. */
const LONGEST_RUN_MILLISECONDS = 15 * 60_000;

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

const UNKNOWN: StackSnapshot = { attributes: {}, copyIds: [], heldArns: [] };

class Player {
  readonly steps: Step[] = [];
  private readonly lastAsked: Record<StackName, Setting>;
  private readonly stacks: Partial<Record<StackName, StackSnapshot>> = {};
  /** The stack of the latest operation. */
  private current: StackName = 'Stack';
  private scenario: Scenario = DEFAULT_SCENARIO;
  private world: WorldSnapshot = { time: 0, held: {}, jobs: [], points: {}, requests: [], waitersStartedTwice: 0 };
  private counted: Readonly<Record<string, number>> = {};

  constructor(private readonly simulation: Simulation, private readonly templates: Templates, first: Setting) {
    const asked = (stackName: StackName) => allowed({ ...first, stackName });
    this.lastAsked = { Stack: asked('Stack'), Twin: asked('Twin') };
  }

  /** Plays one operation, if its stack is in a state for it. */
  async play(operation: Operation, seed: number): Promise<void> {
    const stackName = 'stackName' in operation ? operation.stackName : this.current;
    const { status } = this.stacks[stackName] ?? UNKNOWN;
    const exists = status !== undefined && status !== 'DELETE_COMPLETE';
    switch (operation.kind) {
      case 'deploy': {
        if (!DEPLOYABLE.includes(status)) return;
        const { neighbourFailsAfter: afterSeconds, noRollback, change, weather } = operation;
        const asked = allowed({ ...this.lastAsked[stackName], ...change });
        this.lastAsked[stackName] = asked;
        this.begin(stackName, { ...weather, failResources: afterSeconds === undefined ? [] : [{ resource: NEIGHBOUR, afterSeconds }] }, seed);
        await this.step({ kind: 'deploy', asked, neighbourFails: afterSeconds !== undefined, noRollback }, () =>
          this.simulation.deploy(this.templates.of(asked), this.scenario, { stackName, noRollback }));
        return;
      }
      case 'delete':
        if (!exists) return;
        this.begin(stackName, operation.weather, seed);
        await this.step({ kind: 'delete' }, () => this.simulation.delete(this.scenario, stackName));
        return;
      case 'rollBack':
        if (!status || !TO_ROLL_BACK.includes(status)) return;
        this.begin(stackName, operation.weather, seed);
        await this.step({ kind: 'rollBack' }, () => this.simulation.rollBack(this.scenario));
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

  private begin(stackName: StackName, weather: Weather, seed: number): void {
    this.current = stackName;
    this.scenario = scenarioOf(weather, seed);
  }

  private async step(
    about: Pick<Step, 'kind' | 'asked' | 'lost'> & Partial<Pick<Step, 'neighbourFails' | 'noRollback'>>, work: () => Promise<Ended>,
  ): Promise<void> {
    const { current, scenario } = this;
    const before: Snapshot = { ...this.stacks[current] ?? UNKNOWN, ...this.world };
    const ended = await work();
    this.stacks[current] = stackSnapshot(ended, about.asked, before);
    this.world = this.worldSnapshot(ended);
    const { events, logs } = ended;
    this.steps.push({
      neighbourFails: false,
      noRollback: false,
      ...about,
      scenario,
      faults: this.faultsMet(about.kind),
      logs,
      before,
      after: { ...this.stacks[current], ...this.world },
      events,
    });
  }

  /** An operation counts anew, and what is in flight goes on counting. */
  private faultsMet(kind: Step['kind']): Record<string, number> {
    const counted = this.simulation.aws.faults.counts();
    const earlier = kind === 'pass' || kind === 'lose' ? this.counted : {};
    this.counted = counted;
    return Object.fromEntries(Object.entries(counted).map(([name, times]) => [name, times - (earlier[name] ?? 0)]));
  }

  private worldSnapshot({ state }: Ended): WorldSnapshot {
    const { aws: { backup, customResources, stepFunctions } } = this.simulation;
    return {
      time: state.time,
      held: Object.fromEntries(Object.entries(this.stacks).map(([name, { heldArns }]) => [name, heldArns])),
      jobs: backup.copyJobs(),
      points: Object.fromEntries(backup.allRecoveryPoints().map((point): [string, RecoveryPoint] => [point.arn, point])),
      requests: [...customResources.correspondence],
      waitersStartedTwice: countRepeated(stepFunctions.executions().map(({ input }) => (JSON.parse(input) as { ResponseURL: string }).ResponseURL)),
    };
  }

  private lose(what: 'tokens' | 'jobs' | 'copies'): void {
    const { backup } = this.simulation.aws;
    if (what === 'tokens') backup.forgetTokens();
    else if (what === 'jobs') backup.copyJobs().filter(job => job.completedAt !== undefined).forEach(job => backup.forgetCopyJob(job.copyJobId));
    else backup.allRecoveryPoints().filter(point => point.sourceBackupVaultArn).forEach(point => backup.vanish(point.arn));
  }
}

function stackSnapshot({ status, state: { stack } }: Ended, asked: Setting | undefined, before: StackSnapshot): StackSnapshot {
  const wanted = asked ?? before.setting;
  const setting = GONE.includes(status) ? undefined : isForward(status) ? wanted : before.setting;
  const copies = copiesIn(stack);
  const copy = setting?.hasCopy ? copies.find(found => isOf(setting, found)) : undefined;
  const arns = copies.map(({ attributes }) => String(attributes.DestinationRecoveryPointArn ?? ''));
  return {
    status,
    setting,
    physicalId: copy?.physicalId,
    attributes: copy?.attributes ?? {},
    copyIds: copies.map(({ physicalId }) => physicalId),
    heldArns: COMPLETE.includes(status) ? arns.filter(arn => arn !== '') : [],
  };
}

interface FoundCopy extends ResourceState {
  readonly logicalId: string;
  readonly isNested: boolean;
}

function copiesIn({ resources }: StackState, isNested = false): FoundCopy[] {
  return Object.entries(resources).flatMap(([logicalId, resource]) =>
    (resource.stack ? copiesIn(resource.stack, true) : resource.type === COPY_TYPE ? [{ ...resource, logicalId, isNested }] : []));
}

function isOf({ place, id, logicalId }: Setting, copy: FoundCopy): boolean {
  return copy.isNested === (place === 'nested') && (copy.logicalId === OTHER_LOGICAL_ID) === (logicalId === 'other')
    && copy.properties.ConstructPath === `Stack/${place === 'stack' ? '' : 'Group/'}${id}`;
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

function countRepeated(names: readonly string[]): number {
  return new Set(names.filter((name, index) => names.indexOf(name) < index)).size;
}
