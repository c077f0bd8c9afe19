import { ManualClock } from './manual-clock';
import { AwsBackup, AwsBackupState } from '../../simulator/backup/aws-backup';
import { Iam } from '../../simulator/iam';
import { parseScenario } from '../../simulator/scenario';
import { SeededRandom } from '../../simulator/seeded-random';
import { Answer, WireReply, WireRequest } from '../../simulator/wire';

export const ACCOUNT = '111122223333';
export const SNAPSHOT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
export const DESTINATION = `arn:aws:backup:eu-west-1:${ACCOUNT}:backup-vault:dr`;
export const COPY_ROLE = `arn:aws:iam::${ACCOUNT}:role/copy`;
export const HANDLER_ROLE = `arn:aws:iam::${ACCOUNT}:role/handler`;
export const BACKUP_POLICY = 'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup';

const HANDLER_POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'backup:*', Resource: '*' },
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: `${COPY_ROLE}*`, Condition: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } } },
  ],
};

/** The input of StartCopyJob that every test starts from. */
export const COPY = {
  RecoveryPointArn: SNAPSHOT,
  SourceBackupVaultName: 'prod',
  DestinationBackupVaultArn: DESTINATION,
  IamRoleArn: COPY_ROLE,
  IdempotencyToken: 'token',
};

export function trust(service: string): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }] };
}

/** AWS Backup with a copy role and a caller who may everything, both older than IAM needs. */
export class BackupFixture {
  readonly clock = new ManualClock();
  readonly iam: Iam;
  readonly backup: AwsBackup;

  constructor(scenario: object = {}, state?: AwsBackupState) {
    const parsed = parseScenario(JSON.stringify({ iamPropagationSeconds: 0, ...scenario }), 'test.json');
    this.iam = new Iam(this.clock, parsed.iamPropagationSeconds);
    this.iam.putRole({ arn: COPY_ROLE, name: 'copy', assumeRolePolicyDocument: trust('backup.amazonaws.com'), managedPolicyArns: [BACKUP_POLICY] });
    this.iam.putRole({
      arn: HANDLER_ROLE,
      name: 'handler',
      assumeRolePolicyDocument: trust('lambda.amazonaws.com'),
      policies: { all: HANDLER_POLICY },
    });
    this.backup = new AwsBackup({ world: { clock: this.clock, random: seeded() }, iam: this.iam, account: ACCOUNT, scenario: parsed, state });
  }

  async start(input: object = {}, region = 'us-east-1'): Promise<Result> {
    return this.call({ method: 'PUT', path: '/copy-jobs', region, body: JSON.stringify({ ...COPY, ...input }) });
  }

  /** The id of a job that must start. */
  async startedJob(input: object = {}, region = 'us-east-1'): Promise<string> {
    return (await this.start(input, region)).body.CopyJobId as string;
  }

  async describe(id: string, region = 'us-east-1'): Promise<Result> {
    return this.call({ method: 'GET', path: `/copy-jobs/${id}`, region });
  }

  async copyJob(id: string): Promise<Record<string, unknown>> {
    return (await this.describe(id)).body.CopyJob as Record<string, unknown>;
  }

  /** The ARN of a copy that completed. */
  async copied(input: object = {}): Promise<string> {
    const id = await this.startedJob(input);
    await this.clock.pass(700);
    return (await this.copyJob(id)).DestinationRecoveryPointArn as string;
  }

  async onPoint(method: string, arn: string, { body = {}, vault = 'dr', region = 'eu-west-1' } = {}): Promise<Result> {
    const path = `/backup-vaults/${vault}/recovery-points/${encodeURIComponent(arn)}`;
    return this.call({ method, path, region, body: method === 'POST' ? JSON.stringify(body) : '' });
  }

  async call(request: Partial<WireRequest>): Promise<Result> {
    return result(await this.backup.handle(wireRequest(request)));
  }
}

export interface Result {
  readonly status: number;
  readonly error?: string;
  readonly message?: string;
  readonly body: Record<string, unknown>;
}

export function wireRequest(request: Partial<WireRequest>): WireRequest {
  return {
    service: 'backup',
    region: 'us-east-1',
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: '',
    caller: { functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:handler`, roleArn: HANDLER_ROLE },
    ...request,
  };
}

export function seeded(): () => number {
  const random = new SeededRandom('1');
  return () => random.number();
}

function result(answer: Answer): Result {
  const { status, headers, body } = answer as WireReply;
  const parsed = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
  return { status, error: headers?.['x-amzn-errortype'], message: parsed.Message as string | undefined, body: parsed };
}
