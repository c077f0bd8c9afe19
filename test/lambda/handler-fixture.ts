import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { BackupClient } from '@aws-sdk/client-backup';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Runtime } from '../../lambda/aws/runtime';
import { isComplete } from '../../lambda/is-complete';
import { Handover } from '../../lambda/messages/handover';
import { PollResult } from '../../lambda/messages/poll';
import { onEvent } from '../../lambda/on-event';
import { Faults } from '../../simulator/faults';
import { parseScenario } from '../../simulator/scenario';
import { Answer, Service, WireRequest } from '../../simulator/wire';
import { BackupFixture, COPY, wireRequest } from '../simulator/backup-fixture';

/** What a template says of a copy; CloudFormation makes strings of it all. */
const PROPERTIES = {
  ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:framework',
  RecoveryPointArn: COPY.RecoveryPointArn,
  SourceBackupVaultName: COPY.SourceBackupVaultName,
  SourceRegion: 'us-east-1',
  DestinationBackupVaultArn: COPY.DestinationBackupVaultArn,
  IamRoleArn: COPY.IamRoleArn,
  RemovalPolicy: 'retain',
  ConstructPath: 'Stack/Copy',
  TimeoutSeconds: '3300',
  WaitForCompletion: 'true',
};

/** The handler, with the real client of AWS Backup, before a simulated AWS Backup over HTTP; time is the test's. */
export class HandlerFixture implements Runtime {
  static async start(scenario: object = {}): Promise<HandlerFixture> {
    const fixture = new HandlerFixture(scenario);
    await new Promise<void>(resolve => fixture.server.listen(0, '127.0.0.1', resolve));
    return fixture;
  }

  readonly logs: Record<string, unknown>[] = [];
  /** What CloudFormation says of the stack. */
  stackStatus = 'CREATE_IN_PROGRESS';
  /** The resources that make copies, as CloudFormation lists them; `Copy` is the one that it is at. */
  copies: readonly { readonly logicalId: string; readonly physicalId?: string; readonly status: string }[] = [];
  private readonly aws: BackupFixture;
  private readonly server: Server;

  private constructor(scenario: object) {
    this.aws = new BackupFixture(scenario);
    const faults = new Faults(parseScenario(JSON.stringify(scenario), 'test.json').faults, { clock: this.aws.clock, random: () => 0.5 });
    this.server = serve({ backup: faults.wrap('backup', this.aws.backup), cloudformation: { handle: async request => this.tellStack(request) } });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  get jobs() {
    return this.aws.backup.copyJobs();
  }

  backup(region: string): BackupClient {
    const { port } = this.server.address() as AddressInfo;
    // One attempt: the handler's own patience is what is tested here, in virtual time.
    return new BackupClient({ region, endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  }

  cloudFormation(): CloudFormation {
    const { port } = this.server.address() as AddressInfo;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    return new CloudFormation({ region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1, credentials });
  }

  now(): number {
    return this.aws.clock.now();
  }

  async sleep(milliseconds: number): Promise<void> {
    await this.aws.clock.pass(milliseconds / 1_000);
  }

  random(): number {
    return 0.5;
  }

  log(step: string, details: Record<string, unknown> = {}): void {
    this.logs.push({ step, ...details });
  }

  /** A request as CloudFormation sends it, made now. */
  request(type: 'Create' | 'Update' | 'Delete', properties: object = {}, more: object = {}): CloudFormationCustomResourceEvent {
    const date = new Date(this.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    return {
      RequestType: type,
      RequestId: 'c2ff1e6c-8a5d-4b8e-9a44-5a64f8b9b8a1',
      StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/5d0f4c10-0000-11ee-8000-0a58a9feac02',
      LogicalResourceId: 'Copy',
      ResourceType: 'Custom::AWSBackupOneTimeCopyJob',
      ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:framework',
      ResponseURL: `https://bucket.s3.us-east-1.amazonaws.com/answer?X-Amz-Date=${date}&X-Amz-Expires=7200`,
      ResourceProperties: { ...PROPERTIES, ...properties },
      ...type === 'Update' && { OldResourceProperties: PROPERTIES },
      ...more,
    } as CloudFormationCustomResourceEvent;
  }

  async onEvent(event: CloudFormationCustomResourceEvent): Promise<Handover> {
    return onEvent(this, event);
  }

  async poll(event: CloudFormationCustomResourceEvent, handover: Handover): Promise<PollResult> {
    return isComplete(this, { ...event, ...handover });
  }

  /** Polls every 30 seconds, as the waiter does. */
  async wait(event: CloudFormationCustomResourceEvent, handover: Handover): Promise<PollResult> {
    for (let polls = 0; polls < 200; polls++) {
      const result = await this.poll(event, handover);
      if (result.IsComplete) return result;
      await this.sleep(30_000);
    }
    throw new Error('The handler never came to an end.');
  }

  /** What CloudFormation says of the stack and its resources. */
  private tellStack({ body }: WireRequest): Answer {
    const stack = `<StackName>Stack</StackName><StackStatus>${this.stackStatus}</StackStatus><CreationTime>2025-01-01T00:00:00Z</CreationTime>`;
    const resource = '<LogicalResourceId>Copy</LogicalResourceId><ResourceStatus>UPDATE_IN_PROGRESS</ResourceStatus>';
    const answers: Readonly<Record<string, string>> = {
      DescribeStacks: `<Stacks><member>${stack}</member></Stacks>`,
      DescribeStackResource: `<StackResourceDetail>${resource}</StackResourceDetail>`,
      ListStackResources: `<StackResourceSummaries>${this.copies.map(copySummary).join('')}</StackResourceSummaries>`,
    };
    const action = new URLSearchParams(body).get('Action')!;
    const answer = `<${action}Response><${action}Result>${answers[action]}</${action}Result></${action}Response>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: answer };
  }
}

function copySummary({ logicalId, physicalId, status }: HandlerFixture['copies'][number]): string {
  const id = physicalId === undefined ? '' : `<PhysicalResourceId>${physicalId}</PhysicalResourceId>`;
  return `<member><LogicalResourceId>${logicalId}</LogicalResourceId>${id}<ResourceType>Custom::AWSBackupOneTimeCopyJob</ResourceType>`
    + `<ResourceStatus>${status}</ResourceStatus><LastUpdatedTimestamp>2025-01-01T00:00:00Z</LastUpdatedTimestamp></member>`;
}

function serve(services: Readonly<Record<string, Service>>): Server {
  return createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url!, 'http://localhost');
    const [, region, name] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(incoming.headers.authorization!)!;
    const answer = await services[name].handle(wireRequest({
      service: name,
      region,
      method: incoming.method,
      path: url.pathname,
      query: url.searchParams,
      body: Buffer.concat(chunks).toString(),
    }));
    if (typeof answer === 'string') incoming.socket.destroy();
    else outgoing.writeHead(answer.status, { ...answer.headers, connection: 'close' }).end(answer.body);
  });
}
