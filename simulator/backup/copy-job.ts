import { CopyJobRule, CopyJobStage, Lifecycle, Scenario } from '../scenario';

export type CopyJobState = 'CREATED' | 'RUNNING' | CopyJobRule['endState'];

/** The input of StartCopyJob, checked. */
export interface StartCopyJobInput {
  readonly RecoveryPointArn: string;
  readonly SourceBackupVaultName: string;
  readonly DestinationBackupVaultArn: string;
  readonly IamRoleArn: string;
  readonly IdempotencyToken?: string;
  readonly Lifecycle?: Lifecycle;
}

/** One copy job; times in milliseconds since the epoch. Plain data. */
export interface CopyJobRecord {
  readonly copyJobId: string;
  /** Of the source vault: only there is the job known. */
  readonly region: string;
  readonly account: string;
  readonly input: StartCopyJobInput;
  readonly sourceBackupVaultArn: string;
  readonly resourceArn: string;
  readonly resourceType: string;
  /** The lifecycle asked for, else the source's. */
  readonly lifecycle: Lifecycle;
  /** What its recovery point gets of that. */
  readonly copyLifecycle: Lifecycle;
  readonly rule: CopyJobRule;
  readonly createdAt: number;
  readonly state: CopyJobState;
  /** The end of what the scenario keeps it in CREATED, then of RUNNING. */
  readonly nextStepAt: number;
  readonly completedAt?: number;
  readonly statusMessage?: string;
  readonly messageCategory?: string;
  readonly destinationRecoveryPointArn?: string;
  /** Whether DescribeCopyJob does not know it any more. */
  readonly forgotten?: boolean;
}

/** Seconds since the epoch, as AWS Backup sends them. */
export function epochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}

/** The CopyJob of DescribeCopyJob. */
export function describeCopyJob(
  job: CopyJobRecord, vault: { type: string; locked: boolean; encryptionKeyArn: string }, now: number, echo: Scenario['lifecycleEcho'],
): Record<string, unknown> {
  const ended = job.completedAt !== undefined;
  const stage = stageOf(job, now);
  const fields = {
    AccountId: job.account,
    CopyJobId: job.copyJobId,
    SourceBackupVaultArn: job.sourceBackupVaultArn,
    SourceRecoveryPointArn: job.input.RecoveryPointArn,
    DestinationBackupVaultArn: job.input.DestinationBackupVaultArn,
    DestinationVaultType: vault.type,
    DestinationVaultLockState: vault.locked ? 'LOCKED' : 'UNLOCKED',
    DestinationRecoveryPointArn: job.destinationRecoveryPointArn,
    DestinationEncryptionKeyArn: job.destinationRecoveryPointArn && vault.encryptionKeyArn,
    DestinationRecoveryPointLifecycle: { actual: job.copyLifecycle, asked: job.lifecycle, none: undefined }[echo],
    ResourceArn: job.resourceArn,
    CreationDate: epochSeconds(job.createdAt),
    CompletionDate: ended ? epochSeconds(job.completedAt) : undefined,
    State: stage?.state ?? job.state,
    StatusMessage: job.statusMessage,
    BackupSizeInBytes: job.state === 'CREATED' ? undefined : 8_589_934_592,
    IamRoleArn: job.input.IamRoleArn,
    ResourceType: job.resourceType,
    ResourceName: job.resourceArn.split(/[:/]/).pop(),
    MessageCategory: job.messageCategory,
    ...children(job),
  };
  return present({ ...fields, ...(ended ? job.rule.response : stage?.response) });
}

export function isParent(rule: CopyJobRule): boolean {
  return rule.childJobs !== undefined;
}

function stageOf({ rule: { stages, runningSeconds }, state, nextStepAt }: CopyJobRecord, now: number): CopyJobStage | undefined {
  if (state !== 'RUNNING') {
    return undefined;
  }
  let end = nextStepAt - runningSeconds * 1000;
  return stages?.find(({ seconds }) => (end += seconds * 1000) > now) ?? stages?.at(-1);
}

function children({ rule, state, completedAt }: CopyJobRecord): object {
  if (!rule.childJobs) {
    return { IsParent: false };
  }
  const number = Object.values(rule.childJobs).reduce((sum, jobs) => sum + jobs, 0);
  return { IsParent: true, NumberOfChildJobs: number, ChildJobsInState: completedAt === undefined ? { [state]: number } : rule.childJobs };
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
