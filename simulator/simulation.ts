import { AssemblyStack, Assets, Environment } from './assembly';
import { CopyJobRecord } from './backup/copy-job';
import { CallCount } from './call-counter';
import { Cloud } from './cloudformation/cloud';
import { deleteStack, deployStack } from './cloudformation/operations';
import { RequestRecord, requestRecord } from './cloudformation/request-record';
import { Stack } from './cloudformation/stack';
import { StackEvent, StackState } from './cloudformation/stack-state';
import { LambdaFunction } from './functions/lambda-function';
import { Machine } from './machine';
import { Scenario } from './scenario';
import { withLogicalIds } from './scenario/logical-ids';
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

/** One stack's history in a simulated AWS. What an operation leaves in flight goes on in the next, and while time passes between them. */
export class Simulation {
  readonly aws: SimulatedAws;
  private readonly exported = new Map<string, string>();
  private readonly events: StackEvent[] = [];
  private assets: Assets;
  private paths: AssemblyStack['paths'];
  private operations: number;
  private stack?: StackState;

  constructor(readonly world: SimulatedWorld, private readonly logs: string[], private readonly options: SimulationOptions) {
    const { scenario, state, environment: { account } } = options;
    this.aws = new SimulatedAws(world, { account, scenario, state });
    this.assets = { ...state?.assets };
    this.paths = { ...state?.paths };
    this.operations = state?.operations ?? 0;
    this.stack = state?.stack;
    if (this.stack) this.restore(this.stack);
  }

  /** Creates or updates the stack. */
  async deploy(stack: AssemblyStack, scenario = this.options.scenario): Promise<Ended> {
    if (this.stack && this.stack.name !== stack.name) throw new Error(`The simulation holds the stack ${this.stack.name}, not ${stack.name}.`);
    const named = withLogicalIds(scenario, stack.name, { ...this.nameable(), ...resourcesOf(JSON.parse(stack.template)), ...stack.paths });
    this.assets = { ...this.assets, ...stack.assets };
    this.paths = stack.paths;
    return this.operate(named, cloud => deployStack(cloud, stack, this.stack, ({ state }) => this.open(state)));
  }

  async delete(scenario = this.options.scenario): Promise<Ended> {
    const { stack } = this;
    if (!stack) throw new Error('There is no stack to delete.');
    const named = withLogicalIds(scenario, stack.name, this.nameable());
    return this.operate(named, cloud => deleteStack(cloud, stack, ({ state }) => this.open(state)));
  }

  /** Lets time pass under the last operation's scenario, for what is in flight and for what is forgotten. */
  async advance(seconds: number): Promise<Ended> {
    return this.during(async () => this.world.clock.sleep(seconds * 1000));
  }

  state(): SimulationState {
    const { assets, operations, paths, stack, aws: { iam, backup } } = this;
    if (!stack) throw new Error('There is no stack yet.');
    return structuredClone({ time: this.world.clock.now(), operations, stack, paths, iam: iam.toJSON(), backup: backup.toJSON(), assets });
  }

  async close(): Promise<void> {
    await this.world.close();
  }

  private async operate(scenario: Scenario, work: (cloud: Cloud) => Promise<StackState>): Promise<Ended> {
    this.operations++;
    this.aws.play(scenario);
    return this.during(async () => {
      this.stack = await work(this.cloud(scenario));
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

  private cloud({ failResources }: Scenario): Cloud {
    const { assets, aws, exported, world, options } = this;
    return {
      clock: world.clock,
      random: () => world.random(),
      environment: options.environment,
      services: aws,
      assets,
      exported,
      failure: id => failResources.find(({ resource }) => resource === id),
      report: event => {
        this.events.push(event);
        options.onEvent?.(event);
      },
    };
  }

  private open(state: StackState): void {
    this.stack = state;
    this.aws.stacks.add(state);
  }

  private restore(state: StackState): void {
    this.open(state);
    new Stack(state, this.cloud(this.options.scenario)).restore();
  }

  /** Resources of the stack that a scenario may name. */
  private nameable() {
    return { ...this.stack && resourcesOf(this.stack.blueprint.template), ...this.paths };
  }
}

function resourcesOf({ Resources }: { readonly Resources: object }): Record<string, undefined> {
  return Object.fromEntries(Object.keys(Resources).map(id => [id, undefined]));
}
