import { join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

export interface WaitedResourceProps {
  /** The file of this folder with `onEvent` and `isComplete`. */
  readonly handler: string;
  /** What both may do of AWS Backup. */
  readonly actions: readonly string[];
  /** What they may hand to AWS Backup. */
  readonly roles: readonly IRole[];
  readonly properties: Readonly<Record<string, string>>;
}

/** A custom resource for the tests alone: what they need of an account, or ask of it. */
export class WaitedResource extends Construct {
  private readonly resource: CustomResource;

  constructor(scope: Construct, id: string, { handler, actions, roles, properties }: WaitedResourceProps) {
    super(scope, id);
    const [onEventHandler, isCompleteHandler] = ['onEvent', 'isComplete'].map(name => {
      const entry = join(__dirname, handler);
      const made = new NodejsFunction(this, name, { entry, handler: name, runtime: Runtime.NODEJS_24_X, timeout: Duration.minutes(10) });
      made.addToRolePolicy(new PolicyStatement({ actions: actions.map(action => `backup:${action}`), resources: ['*'] }));
      made.addToRolePolicy(new PolicyStatement({ actions: ['iam:PassRole'], resources: roles.map(({ roleArn }) => roleArn) }));
      return made;
    });
    const { serviceToken } = new Provider(this, 'Provider', {
      onEventHandler, isCompleteHandler, queryInterval: Duration.seconds(15), totalTimeout: Duration.minutes(50),
    });
    this.resource = new CustomResource(this, 'Resource', { serviceToken, properties });
    this.resource.node.addDependency(onEventHandler, isCompleteHandler);
  }

  public attribute(name: string): string {
    return this.resource.getAttString(name);
  }
}
