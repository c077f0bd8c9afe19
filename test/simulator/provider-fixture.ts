import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { functionOf, temporaryFolder } from './function-fixture';
import { LambdaService } from '../../simulator/lambda';
import { SimulatedWorld } from '../../simulator/simulated-world';
import { StepFunctionsService } from '../../simulator/step-functions';

const ACCOUNT = 'eu-west-1:111122223333';
const RESPONSE_URL = 'https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/arn%3Aaws%3Acloudformation?X-Amz-Expires=7200';

/** How often and how long the framework asks. */
export interface Polling {
  readonly queryInterval: Duration;
  readonly totalTimeout: Duration;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
}

interface Properties {
  readonly Code: { readonly S3Key: string };
  readonly Handler: string;
  readonly Runtime: string;
  readonly Timeout?: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly LoggingConfig?: { readonly ApplicationLogLevel: string };
  readonly DefinitionString: string;
}

/** What CloudFormation got, and when. */
export interface Response {
  readonly seconds: number;
  readonly body: { readonly Status: string; readonly Reason: string; readonly PhysicalResourceId: string; readonly Data?: unknown };
}

/** The CDK's own provider framework in a world, around a handler with `onEvent` and `isComplete`. */
export class DeployedProvider {
  readonly lambda: LambdaService;
  readonly stepFunctions: StepFunctionsService;
  readonly responses: Response[] = [];
  private onEventArn = '';

  constructor(private readonly world: SimulatedWorld, handler: string, polling: Polling) {
    this.lambda = new LambdaService(world, () => undefined);
    this.stepFunctions = new StepFunctionsService(world, this.lambda, () => undefined);
    world.serve('lambda', this.lambda);
    world.serve('states', this.stepFunctions);
    const start = world.clock.now();
    world.serve('response-url', {
      handle: async ({ body }) => {
        this.responses.push({ seconds: (world.clock.now() - start) / 1000, body: JSON.parse(body) as Response['body'] });
        return { status: 200, body: '' };
      },
    });
    this.register(handler, polling);
  }

  /** Sends the event of a Create and waits for the response. */
  async create(requestId: string): Promise<Response> {
    const before = this.responses.length;
    await this.lambda.invokeAsync(this.onEventArn, JSON.stringify({
      RequestType: 'Create',
      RequestId: requestId,
      StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Stack/id',
      LogicalResourceId: 'Resource',
      ResourceType: 'Custom::Test',
      ResponseURL: RESPONSE_URL,
      ResourceProperties: { ServiceToken: this.onEventArn },
    }));
    while (this.responses.length === before) await this.world.clock.sleep(1000);
    return this.responses[before];
  }

  private register(handler: string, polling: Polling): void {
    const outdir = temporaryFolder();
    const app = new App({ outdir });
    const stack = new Stack(app, 'Stack');
    const code = Code.fromAsset(functionOf(handler).codeDirectory);
    const user = (name: string) => new Function(stack, name, {
      code, handler: `index.${name}`, runtime: Runtime.NODEJS_24_X, timeout: Duration.minutes(15),
    });
    new Provider(stack, 'Provider', { onEventHandler: user('onEvent'), isCompleteHandler: user('isComplete'), ...polling });
    app.synth();
    const { Resources } = JSON.parse(readFileSync(path.join(outdir, 'Stack.template.json'), 'utf8')) as Template;
    for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
      const properties = resolve(Properties) as Properties;
      if (Type === 'AWS::Lambda::Function') this.registerFunction(logicalId, properties, outdir);
      if (Type === 'AWS::StepFunctions::StateMachine') {
        this.stepFunctions.register({ arn: arnOf(logicalId), definition: properties.DefinitionString, roleArn: 'arn:aws:iam::111122223333:role/waiter' });
      }
    }
  }

  private registerFunction(logicalId: string, properties: Properties, outdir: string): void {
    const arn = arnOf(logicalId);
    if (properties.Handler === 'framework.onEvent') this.onEventArn = arn;
    this.lambda.register({
      arn,
      logicalId,
      codeDirectory: path.join(outdir, `asset.${properties.Code.S3Key.replace('.zip', '')}`),
      handler: properties.Handler,
      runtime: properties.Runtime,
      timeoutSeconds: properties.Timeout ?? 3,
      environment: properties.Environment?.Variables ?? {},
      roleArn: `arn:aws:iam::111122223333:role/${logicalId}`,
      logging: { applicationLevel: properties.LoggingConfig?.ApplicationLogLevel },
    });
  }
}

function arnOf(logicalId: string): string {
  return logicalId.includes('statemachine') ? `arn:aws:states:${ACCOUNT}:stateMachine:${logicalId}` : `arn:aws:lambda:${ACCOUNT}:function:${logicalId}`;
}

/** As much of the intrinsic functions as a provider's functions and state machine have. */
function resolve(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(resolve);
  const { 'Ref': ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (ref) return arnOf(ref);
  if (attribute) return arnOf(attribute[0]);
  if (join) return join[1].map(resolve).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolve(entry)]));
}
