import { Cloud } from '../../simulator/cloudformation/cloud';
import { CustomResources } from '../../simulator/cloudformation/custom-resource';
import { CustomResourceEvent } from '../../simulator/cloudformation/custom-resource-answer';
import { deleteStack, deployStack, rollBackStack } from '../../simulator/cloudformation/operations';
import { StackEvent, StackState } from '../../simulator/cloudformation/stack-state';
import { ResourceDeclaration, Template } from '../../simulator/cloudformation/template';
import { EventLoop } from '../../simulator/event-loop';
import { Iam } from '../../simulator/iam';
import { DEFAULT_SCENARIO, StackRules } from '../../simulator/scenario';
import { SeededRandom } from '../../simulator/seeded-random';
import { VirtualClock } from '../../simulator/virtual-clock';

/** What a custom resource's function does with an event; `undefined` is never to answer. */
export interface Reaction {
  readonly afterSeconds?: number;
  /** Merged over a successful answer. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** The answer as it is. */
  readonly body?: string;
}

export type Behaviour = (event: CustomResourceEvent) => Reaction | undefined;

const succeed: Behaviour = () => ({});

const START = Date.parse('2030-01-01T00:00:00Z');

/** CloudFormation with every function replaced by `behaviour`. */
export class CloudFormationFixture {
  readonly clock = new VirtualClock(START, () => undefined);
  readonly events: StackEvent[] = [];
  readonly requests: CustomResourceEvent[] = [];
  readonly functions = new Set<string>();
  readonly calls: string[] = [];
  readonly failing = new Set<string>();
  failsAfterSeconds?: number;
  noRollback = false;
  rules: StackRules = DEFAULT_SCENARIO.stacks;
  assets: Record<string, string> = { 'assets/code.zip': __dirname };
  state?: StackState;
  readonly iam = new Iam(this.clock, 0);
  readonly customResources: CustomResources;
  behaviour: Behaviour = succeed;
  private readonly random = new SeededRandom('cloudformation');
  private readonly loop = new EventLoop(this.clock, 1_000);

  constructor() {
    this.customResources = new CustomResources(this.clock, { invokeAsync: async (_arn, payload) => this.invoke(JSON.parse(payload)) });
  }

  async deploy(resources: Record<string, ResourceDeclaration>, rest: Partial<Template> = {}): Promise<StackState> {
    const template = JSON.stringify({ Resources: resources, ...rest });
    return this.deployText(template);
  }

  async deployText(template: string): Promise<StackState> {
    const work = deployStack(this.cloud(), { name: 'Stack', template, parameters: {} }, this.state, stack => {
      this.state = stack.state;
    });
    this.state = await this.loop.run(work);
    return this.state;
  }

  async rollBack(skipped: readonly string[] = []): Promise<StackState> {
    return this.loop.run(rollBackStack(this.cloud(), this.state!, skipped, () => undefined));
  }

  async delete(): Promise<StackState> {
    return this.loop.run(deleteStack(this.cloud(), this.state!, () => undefined));
  }

  /** Lets virtual time pass. */
  async wait(seconds: number): Promise<void> {
    return this.loop.run(this.clock.sleep(seconds * 1000));
  }

  /** `LogicalId STATUS` of every event so far. */
  history(): string[] {
    return this.events.map(({ logicalId, status }) => `${logicalId} ${status}`);
  }

  /** Forgets what happened before. */
  clear(): void {
    this.events.length = 0;
    this.requests.length = 0;
  }

  eventOf(logicalId: string, status: string): StackEvent {
    const found = this.events.find(event => event.logicalId === logicalId && event.status === status);
    if (!found) throw new Error(`No ${logicalId} ${status} in:\n${this.history().join('\n')}`);
    return found;
  }

  private cloud(): Cloud {
    return {
      clock: this.clock,
      random: () => this.random.number(),
      environment: { account: '111122223333', region: 'us-east-1' },
      assets: this.assets,
      exported: new Map(),
      parameterStore: {},
      rules: this.rules,
      noRollback: this.noRollback,
      failure: id => this.failing.has(id) ? { resource: id, afterSeconds: this.failsAfterSeconds } : undefined,
      report: event => void this.events.push(event),
      services: {
        iam: this.iam,
        lambda: {
          register: fn => void this.functions.add(fn.arn),
          remove: arn => void this.functions.delete(arn),
          invokeAsync: async () => undefined,
        },
        stepFunctions: { register: () => undefined, remove: () => undefined },
        backup: {
          declareVault: arn => void this.calls.push(`declare ${arn}`),
          putVault: ({ arn }) => void this.calls.push(`put ${arn}`),
          deleteVault: arn => void this.calls.push(`delete ${arn}`),
        },
        customResources: this.customResources,
      },
    };
  }

  private invoke(event: CustomResourceEvent): void {
    this.requests.push(event);
    const reaction = this.behaviour(event);
    if (!reaction) return;
    const body = reaction.body ?? JSON.stringify({
      Status: 'SUCCESS',
      RequestId: event.RequestId,
      StackId: event.StackId,
      LogicalResourceId: event.LogicalResourceId,
      PhysicalResourceId: event.PhysicalResourceId ?? `${event.LogicalResourceId}-1`,
      ...reaction.answer,
    });
    this.clock.at(this.clock.now() + (reaction.afterSeconds ?? 1) * 1000, () => void this.put(event.ResponseURL, body));
  }

  /** Answers at a response URL. */
  async put(url: string, body: string, method = 'PUT'): Promise<number | string> {
    const { pathname, searchParams } = new URL(url);
    const answer = await this.customResources.handle({
      service: 'response-url', region: 'us-east-1', method, path: pathname, query: searchParams, headers: {}, body, caller: { functionArn: '', roleArn: '' },
    });
    return typeof answer === 'string' ? answer : answer.status;
  }
}

/** A role and a function, as custom resources need one. */
export const FUNCTION: Record<string, ResourceDeclaration> = {
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
    },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: 'code.zip' }, Handler: 'index.handler', Runtime: 'nodejs24.x', Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  },
};

/** A custom resource of that function. */
export function customResource(properties: Record<string, unknown> = {}, rest: Partial<ResourceDeclaration> = {}): ResourceDeclaration {
  return { Type: 'Custom::Copy', Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, ...properties }, ...rest };
}

/** A resource that simply exists. */
export function topic(name: unknown = 'a', rest: Partial<ResourceDeclaration> = {}): ResourceDeclaration {
  return { Type: 'AWS::SNS::Topic', Properties: { DisplayName: name }, ...rest };
}
