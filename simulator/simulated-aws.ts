import { AwsBackup, AwsBackupState } from './backup/aws-backup';
import { CallCounter } from './call-counter';
import { CloudFormationApi } from './cloudformation/cloudformation-api';
import { CustomResources } from './cloudformation/custom-resource';
import { Faults } from './faults';
import { Iam, IamState } from './iam';
import { LambdaService } from './lambda';
import { Scenario } from './scenario';
import { SimulatedWorld } from './simulated-world';
import { StepFunctionsService } from './step-functions';
import { Caller, Service } from './wire';

export interface SimulatedAwsOptions {
  readonly account: string;
  /** The first one: `play` puts another in its place. */
  readonly scenario: Scenario;
  /** What an earlier run ended with. */
  readonly state?: { readonly iam: IamState; readonly backup: AwsBackupState };
}

/** All services of one account, put together and served to the functions of a world. */
export class SimulatedAws {
  readonly iam: Iam;
  readonly backup: AwsBackup;
  readonly lambda: LambdaService;
  readonly stepFunctions: StepFunctionsService;
  readonly customResources: CustomResources;
  readonly stacks: CloudFormationApi;
  readonly calls = new CallCounter();
  readonly faults: Faults;

  constructor(private readonly world: SimulatedWorld, { account, scenario, state }: SimulatedAwsOptions) {
    const chance = { clock: world.clock, random: () => world.random() };
    this.iam = new Iam(world.clock, scenario.iamPropagationSeconds, state?.iam);
    this.backup = new AwsBackup({ world: chance, iam: this.iam, account, scenario, state: state?.backup });
    this.faults = new Faults(scenario.faults, { ...chance, crash: caller => world.functions.crash(caller) });
    const authorize = (caller: Caller, action: string, resourceArn: string) => this.iam.denial(caller.roleArn, action, resourceArn);
    this.lambda = new LambdaService(world, authorize);
    const lambdaEndpoint = this.serve('lambda', this.lambda);
    this.stepFunctions = new StepFunctionsService(world, lambdaEndpoint, authorize);
    this.customResources = new CustomResources(world.clock, this.lambda);
    this.stacks = new CloudFormationApi(world.clock, this.iam);
    this.serve('backup', this.backup);
    this.serve('states', this.stepFunctions);
    this.serve('response-url', this.customResources);
    this.serve('cloudformation', this.stacks);
  }

  /** From now on things go by that scenario, whose resources are named by logical ids. What is in flight goes on. */
  play(scenario: Scenario): void {
    this.iam.propagationSeconds = scenario.iamPropagationSeconds;
    this.backup.play(scenario);
    this.faults.play(scenario.faults);
    this.customResources.play(scenario);
    this.stacks.play(scenario);
    this.lambda.concurrency = scenario.lambdaConcurrency ?? Infinity;
  }

  private serve(name: string, service: Service): Service {
    const wrapped = this.calls.wrap(this.faults.wrap(name, service));
    this.world.serve(name, wrapped);
    return wrapped;
  }
}
