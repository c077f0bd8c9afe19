import { AssemblyStack, Assets, Environment } from './assembly';
import { CopyJobRecord } from './backup/copy-job';
import { CallCount } from './call-counter';
import { Cloud } from './cloudformation/cloud';
import { deleteStack, deployStack, rollBackStack } from './cloudformation/operations';
import { RequestRecord, requestRecord } from './cloudformation/request-record';
import { Stack } from './cloudformation/stack';
import { StackEvent, StackState } from './cloudformation/stack-state';
import { LambdaFunction } from './functions/lambda-function';
import { Machine } from './machine';
import { Scenario } from './scenario';
import { logicalIdOf, Nameable, withLogicalIds } from './scenario/logical-ids';
import { SimulatedAws } from './simulated-aws';
import { SimulatedWorld, startWorld } from './simulated-world';
import { SimulationState } from './simulation-state';

/** What an operation on a stack did. */
export interface Outcome {
  readonly status: string;
  readonly events: readonly StackEvent[];
  readonly outputs: Readonly<Record<string, string>>;
  /** All that there ever were. */
  readonly copyJobs: readonly CopyJobRecord[];
  /** By service and operation. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, CallCount>>>>;
  readonly simulatedSeconds: number;
}

/** An operation's outcome with all that is behind it. */
export interface Ended extends Outcome {
  /** What was sent to custom resources, in order. */
  readonly requests: readonly RequestRecord[];
  /** Every line that a function wrote. */
  readonly logs: readonly string[];
  readonly state: SimulationState;
}

export interface SimulationOptions {
  readonly environment: Environment;
  /** Of every operation that has none of its own; its seed is the simulation's. */
  readonly scenario: Scenario;
  /** What an earlier simulation of the same stack ended with. */
  readonly state?: SimulationState;
  /** One that an earlier simulation has left; otherwise the simulation has its own, and ends it. */
  readonly machine?: Machine;
  readonly onEvent?: (event: StackEvent) => void;
  readonly onLog?: (fn: LambdaFunction, line: string) => void;
}

/** How a stack is deployed. */
export interface DeployOptions {
  /** The stack's, when one template is deployed under several names. */
  readonly stackName?: string;
  /** What fails stays as it is, for the next deployment to go on from. */
  readonly noRollback?: boolean;
}

/** Creates the stack in a simulated AWS of its own. */
export async function deploy({ stack, scenario }: { readonly stack: AssemblyStack; readonly scenario: Scenario }): Promise<Ended> {
  const simulation = await startSimulation({ environment: stack.environment, scenario });
  try {
    return await simulation.deploy(stack);
  } finally {
    await simulation.close();
  }
}

/** Starts a simulated AWS that lives on from operation to operation, until it is closed. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { scenario: { seed }, state, machine, onLog } = options;
  const logs: string[] = [];
  const world = await startWorld({
    seed: seed + SEED_STEP * (state?.operations ?? 0),
    startTime: state?.time,
    machine,
    onLog: (fn, line) => {
      logs.push(line);
      onLog?.(fn, line);
    },
  });
  return new Simulation(world, logs, options);
}

/** A later run must not draw the ids of an earlier one again. */
const SEED_STEP = 1_000_003;

/** The history of one stack or more in a simulated AWS. What an operation leaves in flight goes on in the next, and while time passes between them. */
export class Simulation {
  readonly aws: SimulatedAws;
  private readonly exported = new Map<string, string>();
  private readonly events: StackEvent[] = [];
  private assets: Assets;
  private operations: number;
  private readonly stacks = new Map<string, Standing>();
  /** The name of the stack that the latest operation was about. */
  private current = '';

  constructor(readonly world: SimulatedWorld, private readonly logs: string[], private readonly options: SimulationOptions) {
    const { scenario, state, environment: { account } } = options;
    this.aws = new SimulatedAws(world, { account, scenario, state });
    this.assets = { ...state?.assets };
    this.operations = state?.operations ?? 0;
    if (!state) return;
    this.current = state.stack.name;
    this.stacks.set(this.current, { state: state.stack, paths: state.paths });
    this.aws.stacks.add(state.stack);
    new Stack(state.stack, this.cloud(options.scenario)).restore();
  }

  /** Creates or updates the stack. */
  async deploy(stack: AssemblyStack, scenario = this.options.scenario, options: DeployOptions = {}): Promise<Ended> {
    const { stackName: name = stack.name, noRollback = false } = options;
    const kept = this.options.state?.stack.name;
    if (kept !== undefined && kept !== name) throw new Error(`The simulation holds the stack ${kept}, not ${name}.`);
    const named = withLogicalIds(scenario, name, { ...this.nameable(name), ...resourcesOf(JSON.parse(stack.template)), ...stack.paths });
    this.assets = { ...this.assets, ...stack.assets };
    const before = this.stacks.get(name)?.state;
    return this.operate(name, stack.paths, this.cloud(named, noRollback), named, (cloud, open) =>
      deployStack(cloud, { ...stack, name }, before, open));
  }

  async delete(scenario = this.options.scenario, stackName = this.current): Promise<Ended> {
    return this.operateOn(stackName, 'delete', scenario, deleteStack);
  }

  /** Goes on with a rollback that failed, past the resources that are to be skipped; or takes back a stack that was kept as it failed. */
  async rollBack(scenario = this.options.scenario, skip: readonly string[] = []): Promise<Ended> {
    return this.operateOn(this.current, 'roll back', scenario, (cloud, state, open) => {
      const ids = skip.map(resource => logicalIdOf(resource, this.nameable(this.current)) ?? resource);
      return rollBackStack(cloud, state, ids, open);
    });
  }

  /** Lets time pass under the last operation's scenario, for what is in flight and for what is forgotten. */
  async advance(seconds: number): Promise<Ended> {
    return this.during(async () => this.world.clock.sleep(seconds * 1000));
  }

  state(): SimulationState {
    const { assets, operations, aws: { iam, backup } } = this;
    const standing = this.stacks.get(this.current);
    if (!standing) throw new Error('There is no stack yet.');
    const { state: stack, paths } = standing;
    return structuredClone({ time: this.world.clock.now(), operations, stack, paths, iam: iam.toJSON(), backup: backup.toJSON(), assets });
  }

  async close(): Promise<void> {
    // A function that has answered CloudFormation is about to end, and then its process can be used again.
    await this.world.run(this.world.clock.sleep(1_000)).catch(() => undefined);
    await this.world.close();
  }

  private async operateOn(
    name: string, what: string, scenario: Scenario, work: (cloud: Cloud, state: StackState, open: (stack: Stack) => void) => Promise<StackState>,
  ): Promise<Ended> {
    const standing = this.stacks.get(name);
    if (!standing) throw new Error(`There is no stack to ${what}.`);
    const named = withLogicalIds(scenario, name, this.nameable(name));
    return this.operate(name, standing.paths, this.cloud(named), named, (cloud, open) => work(cloud, standing.state, open));
  }

  private async operate(
    name: string, paths: AssemblyStack['paths'], cloud: Cloud, scenario: Scenario, work: (cloud: Cloud, open: (stack: Stack) => void) => Promise<StackState>,
  ): Promise<Ended> {
    this.operations++;
    this.current = name;
    this.aws.play(scenario);
    const open = ({ state }: Stack): void => {
      this.stacks.set(name, { state, paths });
      this.aws.stacks.add(state);
    };
    return this.during(async () => {
      this.stacks.set(name, { state: await work(cloud, open), paths });
    });
  }

  private async during(work: () => Promise<void>): Promise<Ended> {
    const { aws: { backup, calls, customResources }, events, logs, world } = this;
    const [start, firstEvent, firstRequest, firstLog] = [world.clock.now(), events.length, customResources.correspondence.length, logs.length];
    calls.reset();
    await world.run(work());
    const state = this.state();
    return {
      status: state.stack.status,
      events: events.slice(firstEvent),
      outputs: state.stack.outputs,
      copyJobs: backup.copyJobs(),
      calls: calls.calls(),
      simulatedSeconds: (world.clock.now() - start) / 1000,
      requests: customResources.correspondence.slice(firstRequest).map(requestRecord),
      logs: logs.slice(firstLog),
      state,
    };
  }

  private cloud({ failResources, parameterStore, stacks: rules }: Scenario, noRollback = false): Cloud {
    const { assets, aws, exported, world, options } = this;
    return {
      clock: world.clock,
      random: () => world.random(),
      environment: options.environment,
      services: aws,
      assets,
      exported,
      parameterStore,
      rules,
      noRollback,
      failure: id => failResources.find(({ resource }) => resource === id),
      report: event => {
        this.events.push(event);
        options.onEvent?.(event);
      },
    };
  }

  /** Resources of the stack that a scenario may name. */
  private nameable(name: string): Nameable {
    const standing = this.stacks.get(name);
    return { ...standing && { ...resourcesOf(standing.state.blueprint.template), ...standing.paths } };
  }
}

/** A stack as it stands, and the construct paths of its latest template. */
interface Standing {
  readonly state: StackState;
  readonly paths: AssemblyStack['paths'];
}

function resourcesOf({ Resources }: { readonly Resources: object }): Record<string, undefined> {
  return Object.fromEntries(Object.keys(Resources).map(id => [id, undefined]));
}
