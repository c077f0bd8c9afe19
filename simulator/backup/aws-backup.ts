import { Iam } from '../iam';
import { Lifecycle, Scenario, VaultRule } from '../scenario';
import { Answer, Service, WireReply, WireRequest } from '../wire';
import { errorReply } from '../wire/error-reply';
import { operationOf } from '../wire/operation';
import { World } from '../world';
import { BackupError } from './backup-error';
import { CopyJobRecord, describeCopyJob, epochSeconds, isParent, StartCopyJobInput } from './copy-job';
import { CopyJobs } from './copy-jobs';
import { Identifiers } from './identifiers';
import { checkLifecycle } from './lifecycle';
import { isKnown, Operation, readInput } from './model-check';
import { placeOf, resourceTypeOf } from './recovery-point-arn';
import { describeRecoveryPoint, lifecycleAnswer } from './recovery-point-description';
import { RecoveryPoint, RecoveryPoints, RecoveryPointState } from './recovery-points';
import { StartRate } from './start-rate';
import { Tokens, TokenState } from './tokens';
import { Vaults, VaultState } from './vaults';

/** Plain data: what a later run goes on from. */
export interface AwsBackupState {
  readonly jobs: CopyJobRecord[];
  readonly tokens: TokenState;
  readonly recoveryPoints: RecoveryPointState;
  readonly vaults: VaultState;
}

export interface AwsBackupOptions {
  readonly world: Pick<World, 'clock' | 'random'>;
  readonly iam: Iam;
  readonly account: string;
  /** The first one: `play` puts another in its place. */
  readonly scenario: Scenario;
  readonly state?: AwsBackupState;
}

interface RecoveryPointInput {
  readonly BackupVaultName: string;
  readonly RecoveryPointArn: string;
  readonly BackupVaultAccountId?: string;
  readonly Lifecycle?: Lifecycle;
}

/** AWS Backup in every Region, as one account sees it at the wire. */
export class AwsBackup implements Service {
  private readonly state: AwsBackupState;
  private readonly iam: Iam;
  private readonly vaults: Vaults;
  private readonly recoveryPoints: RecoveryPoints;
  private readonly jobs: CopyJobs;
  private readonly tokens: Tokens;
  private readonly startRate: StartRate;
  private scenario: Scenario;

  constructor(private readonly options: AwsBackupOptions) {
    const { world: { clock, random }, iam } = options;
    this.scenario = options.scenario;
    const scenario = () => this.scenario;
    const state = options.state ?? { jobs: [], tokens: {}, recoveryPoints: {}, vaults: {} };
    const isOrphaned = (role: string | undefined) => this.scenario.deletedCopyRole === 'fails' && role !== undefined && iam.isDeleted(role);
    this.state = state;
    this.iam = iam;
    this.vaults = new Vaults(scenario, state.vaults);
    this.recoveryPoints = new RecoveryPoints({ clock, scenario, vaults: this.vaults, isOrphaned }, state.recoveryPoints);
    const around = { clock, scenario, iam, vaults: this.vaults, recoveryPoints: this.recoveryPoints, ids: new Identifiers(random) };
    this.jobs = new CopyJobs(around, state.jobs);
    this.tokens = new Tokens(clock, scenario, state.tokens);
    this.startRate = new StartRate(clock, scenario);
  }

  toJSON(): AwsBackupState {
    // What time has done to recovery points is found out when they are looked at.
    this.recoveryPoints.all();
    return this.state;
  }

  /** From now on things go by that scenario; jobs that were started keep their rule, and what was forgotten stays so. */
  play(scenario: Scenario): void {
    this.jobs.forgetOld();
    this.tokens.forgetOld();
    this.scenario = scenario;
  }

  /** DescribeCopyJob does not know the job any more. */
  forgetCopyJob(copyJobId: string): void {
    this.jobs.forget(copyJobId);
  }

  /** Every idempotency token used so far is as good as new. */
  forgetTokens(): void {
    this.tokens.forgetOlderThan(0);
  }

  /** The recovery point is gone at once, whatever holds it. */
  vanish(recoveryPointArn: string): void {
    this.recoveryPoints.vanish(recoveryPointArn);
  }

  /** Every job ever started, forgotten ones too. */
  copyJobs(): CopyJobRecord[] {
    return this.jobs.all();
  }

  /** Every recovery point ever seen, deleted ones too. */
  allRecoveryPoints(): RecoveryPoint[] {
    return this.recoveryPoints.all();
  }

  /** A template declares this vault: it does not exist before it is put. */
  declareVault(arn: string): void {
    this.vaults.declare(arn);
  }

  putVault(vault: VaultRule): void {
    this.vaults.put(vault);
  }

  /** Throws in AWS Backup's words while recovery points are in it. */
  deleteVault(arn: string): void {
    if (this.recoveryPoints.all().some(({ vaultArn, status }) => vaultArn === arn && status !== 'DELETED')) {
      throw new BackupError('InvalidRequestException', 'Backup vault cannot be deleted because it contains recovery points.');
    }
    this.vaults.delete(arn);
  }

  async handle(request: WireRequest): Promise<Answer> {
    try {
      return this.answer(operationOf(request), request);
    } catch (error) {
      if (error instanceof BackupError) {
        return errorReply('backup', error);
      }
      throw error;
    }
  }

  private answer(operation: string, request: WireRequest): WireReply {
    if (!isKnown(operation)) {
      throw new BackupError('UnknownOperationException', `The simulator does not know the operation '${operation}' of AWS Backup`);
    }
    const input: unknown = readInput(operation, request);
    const handlers: Record<Operation, () => object | undefined> = {
      StartCopyJob: () => this.startCopyJob(input as StartCopyJobInput, request),
      DescribeCopyJob: () => this.describeCopyJob(input as { CopyJobId: string }, request),
      DescribeRecoveryPoint: () => this.describeRecoveryPoint(input as RecoveryPointInput, request),
      UpdateRecoveryPointLifecycle: () => this.updateRecoveryPointLifecycle(input as RecoveryPointInput, request),
      DeleteRecoveryPoint: () => this.deleteRecoveryPoint(input as RecoveryPointInput, request),
    };
    const body = handlers[operation]();
    return { status: 200, headers: { 'content-type': 'application/json' }, body: body ? JSON.stringify(body) : '' };
  }

  private startCopyJob(input: StartCopyJobInput, request: WireRequest): object {
    const sourceVaultArn = this.vaultArn(input.SourceBackupVaultName, request);
    this.startRate.take();
    this.authorize(request, 'backup:StartCopyJob', input.RecoveryPointArn);
    this.authorize(request, 'iam:PassRole', input.IamRoleArn, { 'iam:PassedToService': 'backup.amazonaws.com' });
    const known = this.tokens.jobOf(input, request.region);
    const job = this.jobs.all().find(({ copyJobId }) => copyJobId === known) ?? this.newCopyJob(input, sourceVaultArn);
    return { CopyJobId: job.copyJobId, CreationDate: epochSeconds(job.createdAt), IsParent: isParent(job.rule) };
  }

  private newCopyJob(input: StartCopyJobInput, sourceVaultArn: string): CopyJobRecord {
    const { DestinationBackupVaultArn: destination, IamRoleArn: role, RecoveryPointArn: point } = input;
    checkLifecycle(input.Lifecycle ?? {});
    resourceTypeOf(point);
    if (!this.iam.assumableBy(role, 'backup.amazonaws.com') || placeOf(role).account !== this.options.account) {
      throw new BackupError('InvalidParameterValueException', `IAM Role ${role} cannot be assumed by AWS Backup`);
    }
    // Whether another account's vault exists only the copy itself finds out.
    for (const vault of [sourceVaultArn, destination].filter(arn => placeOf(arn).account === this.options.account && !this.vaults.exists(arn))) {
      throw new BackupError('ResourceNotFoundException', `Backup vault not found: ${vault}`);
    }
    const job = this.jobs.start(input, sourceVaultArn, this.recoveryPoints.source(point, sourceVaultArn));
    this.tokens.remember(input, placeOf(sourceVaultArn).region, job.copyJobId);
    return job;
  }

  private describeCopyJob({ CopyJobId: id }: { CopyJobId: string }, request: WireRequest): object {
    this.authorize(request, 'backup:DescribeCopyJob', '*');
    const job = this.jobs.find(id, request.region);
    const vault = this.vaults.get(job.input.DestinationBackupVaultArn);
    return { CopyJob: describeCopyJob(job, vault, this.options.world.clock.now(), this.scenario.lifecycleEcho) };
  }

  private describeRecoveryPoint(input: RecoveryPointInput, request: WireRequest): object {
    const vaultArn = this.touch('backup:DescribeRecoveryPoint', input, request);
    const point = this.recoveryPoints.find(input.RecoveryPointArn, vaultArn);
    const now = { status: this.recoveryPoints.statusOf(point), cold: this.recoveryPoints.isCold(point) };
    return describeRecoveryPoint(point, this.vaults.get(vaultArn), now);
  }

  private updateRecoveryPointLifecycle(input: RecoveryPointInput, request: WireRequest): object {
    const vaultArn = this.touch('backup:UpdateRecoveryPointLifecycle', input, request);
    return lifecycleAnswer(this.recoveryPoints.updateLifecycle(input.RecoveryPointArn, vaultArn, input.Lifecycle ?? {}));
  }

  private deleteRecoveryPoint(input: RecoveryPointInput, request: WireRequest): undefined {
    const vaultArn = this.touch('backup:DeleteRecoveryPoint', input, request);
    this.recoveryPoints.delete(input.RecoveryPointArn, vaultArn);
  }

  /** The vault of the caller's own account, once the call is allowed: another account's cannot be reached. */
  private touch(action: string, input: RecoveryPointInput, request: WireRequest): string {
    this.authorize(request, action, input.RecoveryPointArn);
    const vaultArn = this.vaultArn(input.BackupVaultName, request);
    const accounts = [placeOf(input.RecoveryPointArn).account || this.options.account, input.BackupVaultAccountId ?? this.options.account];
    if (accounts.some(account => account !== this.options.account) || !this.vaults.exists(vaultArn)) {
      throw new BackupError('AccessDeniedException', 'Insufficient privileges to perform this action.');
    }
    return vaultArn;
  }

  private authorize(request: WireRequest, action: string, resourceArn: string, context: Readonly<Record<string, string>> = {}): void {
    const { caller, region } = request;
    const denial = this.iam.denial(caller.roleArn, action, resourceArn, {
      'aws:RequestedRegion': region,
      // Whether the key is there for a resource whose ARN names no account is not documented.
      ...resourceArn !== '*' && placeOf(resourceArn).account !== '' && { 'aws:ResourceAccount': placeOf(resourceArn).account },
      ...context,
    });
    if (denial) {
      throw new BackupError('AccessDeniedException', denial);
    }
  }

  private vaultArn(name: string, request: WireRequest): string {
    return `arn:${placeOf(request.caller.roleArn).partition}:backup:${request.region}:${this.options.account}:backup-vault:${name}`;
  }
}
