import { Clock } from '../clock';
import { Iam } from '../iam';
import { CopyJobRule, DEFAULT_COPY_JOB, Scenario } from '../scenario';
import { BackupError } from './backup-error';
import { CopyJobRecord, isParent, StartCopyJobInput } from './copy-job';
import { Identifiers } from './identifiers';
import { copiedLifecycle } from './lifecycle';
import { copiedArn, placeOf } from './recovery-point-arn';
import { RecoveryPoint, RecoveryPoints } from './recovery-points';
import { Vaults } from './vaults';

interface Surroundings {
  readonly clock: Clock;
  readonly scenario: () => Scenario;
  readonly iam: Iam;
  readonly vaults: Vaults;
  readonly recoveryPoints: RecoveryPoints;
  readonly ids: Identifiers;
}

const ACCESS_DENIED = { statusMessage: 'Access Denied trying to call AWS Backup service', messageCategory: 'AccessDenied' };

/** Copy jobs from CREATED to their end, in virtual time. */
export class CopyJobs {
  /** Jobs that each rule has made, as far as it counts them. */
  private readonly uses = new Map<CopyJobRule, number>();

  constructor(private readonly around: Surroundings, private readonly state: CopyJobRecord[]) {
    this.state.forEach(job => this.schedule(job));
  }

  all(): CopyJobRecord[] {
    return [...this.state];
  }

  start(input: StartCopyJobInput, sourceBackupVaultArn: string, source: RecoveryPoint): CopyJobRecord {
    const { clock, ids, scenario } = this.around;
    const { account, region } = placeOf(sourceBackupVaultArn);
    const rule = this.ruleFor(input.RecoveryPointArn);
    const minusOne = scenario().minusOne === 'keepsSource' ? source.lifecycle : {};
    const job: CopyJobRecord = {
      copyJobId: ids.uuid().toUpperCase(),
      region,
      account,
      input,
      sourceBackupVaultArn,
      resourceArn: source.resourceArn,
      resourceType: source.resourceType,
      lifecycle: input.Lifecycle ?? source.lifecycle,
      copyLifecycle: copiedLifecycle(source.resourceType, source.lifecycle, input.Lifecycle, minusOne),
      rule,
      createdAt: clock.now(),
      state: 'CREATED',
      nextStepAt: clock.now() + rule.createdSeconds * 1000,
    };
    this.state.push(job);
    this.schedule(job);
    return job;
  }

  find(copyJobId: string, region: string): CopyJobRecord {
    const job = this.state.find(known => known.copyJobId === copyJobId && known.region === region);
    if (!job || job.forgotten || this.isOld(job) || !this.isVisible(job)) {
      throw new BackupError('ResourceNotFoundException', `Copy job ${copyJobId} does not exist`);
    }
    return job;
  }

  /** Forgets for good what the scenario does not let it remember any longer. */
  forgetOld(): void {
    this.state.filter(job => this.isOld(job)).forEach(job => this.save({ ...job, forgotten: true }));
  }

  forget(copyJobId: string): void {
    const job = this.state.find(known => known.copyJobId === copyJobId);
    if (!job) {
      throw new Error(`There is no copy job ${copyJobId}.`);
    }
    this.save({ ...job, forgotten: true });
  }

  private ruleFor(recoveryPointArn: string): CopyJobRule {
    const rule = this.around.scenario().copyJobs.find(candidate =>
      isFor(candidate, recoveryPointArn) && (this.uses.get(candidate) ?? 0) < (candidate.times ?? Infinity));
    if (rule) {
      this.uses.set(rule, (this.uses.get(rule) ?? 0) + 1);
    }
    return rule ?? DEFAULT_COPY_JOB;
  }

  private isOld({ completedAt }: CopyJobRecord): boolean {
    const { clock, scenario } = this.around;
    const { jobHistorySeconds = Infinity } = scenario();
    return completedAt !== undefined && completedAt + jobHistorySeconds * 1000 <= clock.now();
  }

  private isVisible({ createdAt }: CopyJobRecord): boolean {
    const { clock, scenario } = this.around;
    return createdAt + scenario().copyJobVisibleAfterSeconds * 1000 <= clock.now();
  }

  private schedule({ copyJobId, nextStepAt, completedAt }: CopyJobRecord): void {
    if (completedAt === undefined) {
      this.around.clock.at(nextStepAt, () => this.step(copyJobId));
    }
  }

  private step(copyJobId: string): void {
    const job = this.state.find(known => known.copyJobId === copyJobId);
    // A job that another's step started is RUNNING before its own first step comes.
    if (job?.state === 'RUNNING' && job.nextStepAt <= this.around.clock.now()) {
      this.finish(job);
    }
    this.runWaiting();
  }

  /** Starts, oldest first, what has been CREATED long enough and finds room. */
  private runWaiting(): void {
    const now = this.around.clock.now();
    for (const job of this.state.filter(({ state, nextStepAt }) => state === 'CREATED' && nextStepAt <= now)) {
      if (this.hasRoom(job)) {
        this.run(job);
      }
    }
  }

  /** One job runs at a time for a resource, and only so many in a destination Region. */
  private hasRoom(job: CopyJobRecord): boolean {
    const running = this.state.filter(({ state }) => state === 'RUNNING');
    const neighbours = running.filter(other => destination(other).region === destination(job).region);
    return neighbours.length < (this.around.scenario().concurrentCopyJobs ?? Infinity)
      && !running.some(({ resourceArn }) => resourceArn === job.resourceArn);
  }

  private run(job: CopyJobRecord): void {
    const obstacle = this.obstacle(job);
    if (obstacle) {
      this.end(job, { state: 'FAILED', ...obstacle });
      return;
    }
    const running: CopyJobRecord = { ...job, state: 'RUNNING', nextStepAt: this.around.clock.now() + job.rule.runningSeconds * 1000 };
    this.save(running);
    this.schedule(running);
  }

  /** What fails the job before it does anything. */
  private obstacle({ input, sourceBackupVaultArn, lifecycle }: CopyJobRecord): { statusMessage: string; messageCategory: string } | undefined {
    const { iam, vaults } = this.around;
    const { RecoveryPointArn: point, DestinationBackupVaultArn: vaultArn, IamRoleArn: role } = input;
    const allowed = [
      iam.denial(role, 'backup:CopyFromBackupVault', point, {
        'aws:ResourceAccount': placeOf(sourceBackupVaultArn).account,
        'backup:CopyTargets': vaultArn,
      }),
      iam.denial(role, 'backup:CopyIntoBackupVault', vaultArn, { 'aws:ResourceAccount': placeOf(vaultArn).account }),
    ].every(denial => denial === undefined);
    if (!allowed || !vaults.exists(vaultArn)) {
      return ACCESS_DENIED;
    }
    const { minRetentionDays = 0, maxRetentionDays = Infinity } = vaults.get(vaultArn);
    const retention = lifecycle.DeleteAfterDays === undefined || lifecycle.DeleteAfterDays === -1 ? Infinity : lifecycle.DeleteAfterDays;
    return retention < minRetentionDays || retention > maxRetentionDays
      ? {
        statusMessage: 'The retention specified in the job is not within the range specified for the target Backup Vault',
        messageCategory: 'InvalidParameters',
      }
      : undefined;
  }

  private finish(job: CopyJobRecord): void {
    const { iam, scenario } = this.around;
    const { endState: state, statusMessage, messageCategory } = job.rule;
    if (scenario().deletedCopyRole === 'fails' && iam.isDeleted(job.input.IamRoleArn)) {
      this.end(job, { state: 'FAILED', statusMessage: 'Failed to unshare snapshot', messageCategory: 'AccessDenied' });
    } else if (state === 'COMPLETED' || state === 'PARTIAL') {
      const destinationRecoveryPointArn = this.copy(job, state);
      this.end(job, { state, destinationRecoveryPointArn, statusMessage, messageCategory: messageCategory ?? 'SUCCESS' });
    } else {
      this.end(job, { state, statusMessage, messageCategory });
    }
  }

  private end(job: CopyJobRecord, outcome: Pick<CopyJobRecord, 'state' | 'statusMessage' | 'messageCategory' | 'destinationRecoveryPointArn'>): void {
    this.save({ ...job, ...outcome, completedAt: this.around.clock.now() });
  }

  private copy(job: CopyJobRecord, status: 'COMPLETED' | 'PARTIAL'): string {
    const { clock, ids, recoveryPoints, vaults } = this.around;
    const vault = vaults.get(job.input.DestinationBackupVaultArn);
    const source = recoveryPoints.all().find(({ arn }) => arn === job.input.RecoveryPointArn) as RecoveryPoint;
    const arn = copiedArn(source.arn, destination(job), vault.type === 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT', ids);
    recoveryPoints.add({
      arn,
      vaultArn: vault.arn,
      status,
      stages: job.rule.recoveryPointStages,
      creationDate: source.creationDate,
      initiationDate: job.createdAt,
      completionDate: clock.now(),
      lifecycle: job.copyLifecycle,
      resourceArn: source.resourceArn,
      resourceType: source.resourceType,
      isParent: isParent(job.rule),
      sourceBackupVaultArn: job.sourceBackupVaultArn,
      iamRoleArn: job.input.IamRoleArn,
    });
    return arn;
  }

  private save(job: CopyJobRecord): void {
    this.state[this.state.findIndex(({ copyJobId }) => copyJobId === job.copyJobId)] = job;
  }
}

function destination(job: CopyJobRecord): ReturnType<typeof placeOf> {
  return placeOf(job.input.DestinationBackupVaultArn);
}

function isFor({ recoveryPointArn: pattern = '*' }: CopyJobRule, recoveryPointArn: string): boolean {
  return pattern.endsWith('*') ? recoveryPointArn.startsWith(pattern.slice(0, -1)) : recoveryPointArn === pattern;
}
