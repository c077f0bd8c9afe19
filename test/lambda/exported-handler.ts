import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { HandlerFixture } from './handler-fixture';
import { isComplete, onEvent } from '../../lambda';
import { lambdaRuntime } from '../../lambda/aws/runtime';
import { PollEvent, PollResult } from '../../lambda/messages/poll';
import { LEG_RESOURCE_TYPE } from '../../src/contract';

/** What nobody but CloudFormation and the handler may know. */
export const SECRET = 'X-Amz-Signature=0a1b2c3d4e5f';

/** Any properties of a custom resource, or those that replace the usual ones. */
export type Properties = Readonly<Record<string, unknown>>;

/** The handler as the functions export it, in a world of its own; what it gets and answers goes through JSON. */
export class ExportedHandler {
  static async start(destroyed: boolean, type: string): Promise<ExportedHandler> {
    const fixture = await HandlerFixture.start({ copyJobs: [{ createdSeconds: 1, runningSeconds: 5 }] });
    const handler = new ExportedHandler(fixture, destroyed, type);
    process.env.AWS_LAMBDA_LOG_GROUP_NAME = 'handler-logs';
    Object.assign(lambdaRuntime, {
      backup: (region: string) => handler.client(region),
      cloudFormation: () => fixture.cloudFormation(),
      now: () => fixture.now(),
      sleep: (milliseconds: number) => fixture.sleep(milliseconds),
      random: () => fixture.random(),
      log: (step: string, details: Record<string, unknown>) => fixture.log(step, details),
    });
    return handler;
  }

  /** Operations of AWS Backup that the handler called. */
  calls: string[] = [];
  /** The id of the copy that is there. */
  id = '';

  private constructor(readonly fixture: HandlerFixture, private readonly destroyed: boolean, private readonly type: string) {}

  /** Makes the copy that later requests are about. */
  async copy(): Promise<void> {
    const { PhysicalResourceId } = await this.handle(this.request('Create'));
    this.id = PhysicalResourceId!;
    this.calls = [];
  }

  request(requestType: 'Create' | 'Update' | 'Delete', properties: Properties = {}, more: object = {}): CloudFormationCustomResourceEvent {
    const usual = { ...this.destroyed && { RemovalPolicy: 'destroy' }, ...this.type === LEG_RESOURCE_TYPE && { CopyLogicalId: 'Copy' } };
    const event = this.fixture.request(requestType, { ...usual, ...properties });
    return throughJson({
      ...event,
      ResourceType: this.type,
      ResponseURL: `${event.ResponseURL}&${SECRET}`,
      ...requestType !== 'Create' && { PhysicalResourceId: this.id },
      ...more,
    });
  }

  /** What CloudFormation and the provider framework make of a request: the last answer. */
  async handle(event: CloudFormationCustomResourceEvent): Promise<Partial<PollResult>> {
    return this.poll({ ...event, ...await onEvent(event) });
  }

  async poll(event: PollEvent): Promise<Partial<PollResult>> {
    for (let polls = 0; polls < 200; polls++) {
      const result = throughJson(await isComplete(throughJson(event)));
      if (result.IsComplete) return { PhysicalResourceId: event.PhysicalResourceId, ...result };
      await this.fixture.sleep(30_000);
    }
    throw new Error('The handler never came to an end.');
  }

  private client(region: string) {
    const client = this.fixture.backup(region);
    client.middlewareStack.add((next, { commandName }) => args => {
      this.calls.push(commandName!.replace(/Command$/, ''));
      return next(args);
    }, { step: 'initialize' });
    return client;
  }
}

/** As it comes from one function to another. */
function throughJson<T>(value: T): T {
  return value === undefined ? value : JSON.parse(JSON.stringify(value)) as T;
}
