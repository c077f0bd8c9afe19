import { AssemblyStack, Assets, Environment } from './assembly';
import { AwsBackup, AwsBackupState } from './backup/aws-backup';
import { CopyJobRecord } from './backup/copy-job';
import { CallCount, CallCounter } from './call-counter';
import { Cloud } from './cloudformation/cloud';
import { CloudFormationApi } from './cloudformation/cloudformation-api';
import { CustomResources } from './cloudformation/custom-resource';
import { deleteStack, deployStack } from './cloudformation/operations';
import { Stack } from './cloudformation/stack';
import { StackEvent, StackState } from './cloudformation/stack-state';
import { Faults } from './faults';
import { LambdaFunction } from './functions/lambda-function';
import { Iam, IamState } from './iam';
import { LambdaService } from './lambda';
import { Scenario } from './scenario';
import { SimulatedWorld, startWorld } from './simulated-world';
import { StepFunctionsService } from './step-functions';
import { Caller, Service } from './wire';

/** Everything that a later run needs to go on from; JSON. */
export interface SimulationState {
  /** Simulated milliseconds since the epoch. */
  readonly time: number;
  /** Operations so far: each has chances of its own. */
  readonly operations: number;
  readonly stack: StackState;
  readonly iam: IamState;
  readonly backup: AwsBackupState;
  /** Of every template deployed so far: a rollback or a deletion runs older code. */
  readonly assets: Assets;
}

/** What an operation on a stack did. */
export interface Outcome {
  readonly status: string;
  readonly events: readonly StackEvent[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly copyJobs: readonly CopyJobRecord[];
  /** By service and operation. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, CallCount>>>>;
  readonly simulatedSeconds: number;
}

export interface SimulationOptions {
  readonly environment: Environment;
  readonly scenario: Scenario;
  /** What an earlier simulation of the same stack ended with. */
  readonly state?: SimulationState;
  readonly onEvent?: (event: StackEvent) => void;
  readonly onLog?: (fn: LambdaFunction, line: string) => void;
}

/** Creates or updates the stack in a simulated AWS of its own. */
export async function deploy(options: Omit<SimulationOptions, 'environment'> & { readonly stack: AssemblyStack }): Promise<Ended> {
  const { stack } = options;
  return during({ ...options, environment: stack.environment }, async simulation => simulation.deploy(stack));
}

/** Deletes the stack that the state holds. */
export async function destroy(options: Omit<SimulationOptions, 'environment'> & { readonly state: SimulationState }): Promise<Ended> {
  return during({ ...options, environment: environmentOf(options.state) }, async simulation => simulation.delete());
}

export type Ended = Outcome & { readonly state: SimulationState };

/** Where the stack of the state is. */
export function environmentOf({ stack }: SimulationState): Environment {
  const [, , , region, account] = stack.id.split(':');
  return { account, region };
}

/** Starts a simulated AWS that lives on from operation to operation, until it is closed. */
export async function startSimulation(options: SimulationOptions): Promise<Simulation> {
  const { scenario: { seed }, state, onLog } = options;
  const world = await startWorld({ seed: seed + SEED_STEP * (state?.operations ?? 0), startTime: state?.time, onLog });
  return new Simulation(world, options);
}

async function during(options: SimulationOptions, work: (simulation: Simulation) => Promise<Outcome>): Promise<Ended> {
  const simulation = await startSimulation(options);
  try {
    const outcome = await work(simulation);
    return { ...outcome, state: simulation.state() };
  } finally {
    await simulation.close();
  }
}

/** A later run must not draw the ids of an earlier one again. */
const SEED_STEP = 1_000_003;

/** One stack in a simulated AWS. */
export class Simulation {
  readonly iam: Iam;
  readonly backup: AwsBackup;
  readonly lambda: LambdaService;
  readonly stepFunctions: StepFunctionsService;
  readonly customResources: CustomResources;
  readonly faults: Faults;
  private readonly api: CloudFormationApi;
  private readonly counter = new CallCounter();
  private readonly exported = new Map<string, string>();
  private readonly events: StackEvent[] = [];
  private assets: Assets;
  private operations: number;
  private stack?: StackState;

  constructor(readonly world: SimulatedWorld, private readonly options: SimulationOptions) {
    const { scenario, state, environment: { account } } = options;
    const chance = { clock: world.clock, random: () => world.random() };
    this.iam = new Iam(world.clock, scenario.iamPropagationSeconds, state?.iam);
    this.backup = new AwsBackup({ world: chance, iam: this.iam, account, scenario, state: state?.backup });
    this.faults = new Faults(scenario.faults, chance);
    const authorize = (caller: Caller, action: string, resourceArn: string) => this.iam.denial(caller.roleArn, action, resourceArn);
    this.lambda = new LambdaService(world, authorize);
    const lambdaEndpoint = this.serve('lambda', this.lambda);
    this.stepFunctions = new StepFunctionsService(world, lambdaEndpoint, authorize);
    this.customResources = new CustomResources(world.clock, this.lambda);
    this.api = new CloudFormationApi(this.iam);
    this.serve('backup', this.backup);
    this.serve('states', this.stepFunctions);
    this.serve('response-url', this.customResources);
    this.serve('cloudformation', this.api);
    this.assets = { ...state?.assets };
    this.operations = state?.operations ?? 0;
    this.stack = state?.stack;
    if (this.stack) this.restore(this.stack);
  }

  async deploy(stack: AssemblyStack): Promise<Outcome> {
    if (this.stack && this.stack.name !== stack.name) throw new Error(`The simulation holds the stack ${this.stack.name}, not ${stack.name}.`);
    this.assets = { ...this.assets, ...stack.assets };
    return this.operate(cloud => deployStack(cloud, stack, this.stack, ({ state }) => this.open(state)), failing(stack, this.options.scenario));
  }

  async delete(): Promise<Outcome> {
    const { stack } = this;
    if (!stack) throw new Error('There is no stack to delete.');
    return this.operate(cloud => deleteStack(cloud, stack, ({ state }) => this.open(state)), new Set());
  }

  state(): SimulationState {
    const { assets, operations, stack } = this;
    if (!stack) throw new Error('There is no stack yet.');
    return structuredClone({ time: this.world.clock.now(), operations, stack, iam: this.iam.toJSON(), backup: this.backup.toJSON(), assets });
  }

  async close(): Promise<void> {
    await this.world.close();
  }

  private async operate(work: (cloud: Cloud) => Promise<StackState>, failingResources: ReadonlySet<string>): Promise<Outcome> {
    const start = this.world.clock.now();
    const firstEvent = this.events.length;
    this.operations++;
    this.stack = await this.world.run(work(this.cloud(failingResources)));
    return {
      status: this.stack.status,
      events: this.events.slice(firstEvent),
      outputs: this.stack.outputs,
      copyJobs: this.backup.copyJobs(),
      calls: this.counter.calls(),
      simulatedSeconds: (this.world.clock.now() - start) / 1000,
    };
  }

  private cloud(failingResources: ReadonlySet<string>): Cloud {
    const { assets, exported, iam, backup, lambda, stepFunctions, customResources, world, options } = this;
    return {
      clock: world.clock,
      random: () => world.random(),
      environment: options.environment,
      services: { iam, backup, lambda, stepFunctions, customResources },
      assets,
      exported,
      fails: id => failingResources.has(id),
      report: event => {
        this.events.push(event);
        options.onEvent?.(event);
      },
    };
  }

  private serve(name: string, service: Service): Service {
    const wrapped = this.counter.wrap(this.faults.wrap(name, service));
    this.world.serve(name, wrapped);
    return wrapped;
  }

  private open(state: StackState): void {
    this.stack = state;
    this.api.add(state);
  }

  private restore(state: StackState): void {
    this.open(state);
    new Stack(state, this.cloud(new Set())).restore();
  }
}

/** Logical ids of the resources that the scenario names by logical id or construct path. */
function failing({ template, paths, name }: AssemblyStack, { failResources }: Scenario): Set<string> {
  const ids = Object.keys((JSON.parse(template) as { Resources: object }).Resources);
  return new Set(failResources.map(named => {
    const found = ids.find(id => [id, paths[id], paths[id]?.replace(/\/(Resource|Default)$/, '')].includes(named));
    if (!found) throw new Error(`The scenario's failResources names ${named}, which the stack ${name} does not have.`);
    return found;
  }));
}
