/** Days after the creation of the recovery point; -1 means never. */
export interface Lifecycle {
  readonly MoveToColdStorageAfterDays?: number;
  readonly DeleteAfterDays?: number;
  readonly OptInToArchiveForSupportedResources?: boolean;
}

/** How copy jobs go; the first rule that matches the recovery point counts. */
export interface CopyJobRule {
  /** A `*` at the end matches any rest. Without it, every job. */
  readonly recoveryPointArn?: string;
  /** Only the first so many jobs that match. */
  readonly times?: number;
  readonly createdSeconds: number;
  readonly runningSeconds: number;
  /** What DescribeCopyJob says one after the other while the job runs: together `runningSeconds`. */
  readonly stages?: readonly CopyJobStage[];
  readonly endState: 'COMPLETED' | 'FAILED' | 'PARTIAL' | 'ABORTED';
  readonly statusMessage?: string;
  readonly messageCategory?: string;
  /** Fields of DescribeCopyJob that replace the simulator's once the job has ended; null leaves the field out. */
  readonly response?: Readonly<Record<string, unknown>>;
  /** What DescribeRecoveryPoint says of the copy, one after the other from the job's end on; then what the job made it. */
  readonly recoveryPointStages?: readonly RecoveryPointStage[];
  /** Makes a parent job: how many children end in which state. */
  readonly childJobs?: Readonly<Record<string, number>>;
}

/** For some seconds of a running job. */
export interface CopyJobStage {
  readonly seconds: number;
  /** Any text: AWS Backup may know states that nobody else does. */
  readonly state: string;
  /** Fields of DescribeCopyJob that replace the simulator's; null leaves the field out. */
  readonly response?: Readonly<Record<string, unknown>>;
}

/** For some seconds of a recovery point that is there already. */
export interface RecoveryPointStage {
  readonly seconds: number;
  readonly status: 'CREATING' | 'AVAILABLE' | 'PARTIAL';
}

/** README says what each does. */
export const FAULT_KINDS = [
  'throttling', 'serviceUnavailable', 'connectionRefused', 'dropBeforeServing', 'dropAfterServing', 'halfAnswer', 'malformedJson', 'slow',
  'accessDenied', 'roleNotAssumable', 'limitExceeded', 'notFound', 'invalidRequest', 'crashBefore', 'crashAfter', 'timeoutBefore', 'timeoutAfter',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What goes wrong with calls of one operation. Without `times`, `forSeconds` and `rate`, every call. */
export interface Fault {
  readonly service: string;
  readonly operation: string;
  readonly kind: FaultKind;
  /** So many calls go well first. */
  readonly skip?: number;
  /** At most so many calls are hit. */
  readonly times?: number;
  /** Ends so long after the first call that came after `skip`. */
  readonly forSeconds?: number;
  /** Share of the calls that are hit, drawn from the seed. */
  readonly rate?: number;
  /** How late a slow answer comes. */
  readonly seconds?: number;
}

/** What is particular about a vault. */
export interface VaultRule {
  readonly arn: string;
  readonly type?: 'BACKUP_VAULT' | 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT';
  readonly locked?: boolean;
  readonly legalHold?: boolean;
  readonly minRetentionDays?: number;
  readonly maxRetentionDays?: number;
  readonly encryptionKeyArn?: string;
  /** Deleted recovery points become EXPIRED instead of going away. */
  readonly deletionExpires?: boolean;
}

/** What is particular about a recovery point that no copy job of the simulation made. */
export interface RecoveryPointRule {
  readonly arn: string;
  readonly ageDays: number;
  readonly lifecycle: Lifecycle;
  readonly resourceArn?: string;
}

/** A resource whose creation and update fail. */
export interface FailingResource {
  /** Logical id or construct path. */
  readonly resource: string;
  /** How long after its beginning; else within seconds. */
  readonly afterSeconds?: number;
}

/** Which requests of CloudFormation to custom resources are meant; what is left out matches any. */
export interface RequestPattern {
  readonly requestType?: 'Create' | 'Update' | 'Delete';
  /** Logical id or construct path. */
  readonly resource?: string;
}

/** A delivery of these requests' events, so long after they were sent. */
export interface DeliveryRule extends RequestPattern {
  readonly afterSeconds: number;
}

/** What AWS does not document of CloudFormation, or does this way or that. */
export interface StackRules {
  /** A nested stack whose update fails goes back before the stack around it says that it does. */
  readonly nestedRollBackFirst: boolean;
  readonly rollbackSetsLastUpdatedTime: boolean;
  /** Of a stack that was kept as it failed: what the next update does to resources whose creation failed. */
  readonly failedCreations: 'deletedFirst' | 'cleanedUp';
  /** The old properties of a resource whose last update failed, when it is updated again. */
  readonly failedUpdates: 'asked' | 'stable';
  /** Whether a stack that is kept as it failed takes the resources back whose update failed, and what it says meanwhile. */
  readonly keptReverts: 'never' | 'UPDATE_FAILED' | 'UPDATE_IN_PROGRESS';
}

/** How the simulated AWS behaves. */
export interface Scenario {
  readonly description?: string;
  readonly seed: number;
  readonly copyJobs: readonly CopyJobRule[];
  readonly faults: readonly Fault[];
  /** What IAM allows anew holds so much later. */
  readonly iamPropagationSeconds: number;
  /** CloudFormation shows a resource as it was so long ago. */
  readonly resourceLagSeconds: number;
  readonly stacks: StackRules;
  /** Values of the Parameter Store by path, for template parameters that read them. */
  readonly parameterStore: Readonly<Record<string, string>>;
  readonly failResources: readonly FailingResource[];
  /** The first delivery comes late; the first rule that matches counts. */
  readonly deliverLate: readonly DeliveryRule[];
  /** One more delivery for every rule that matches. */
  readonly deliverAgain: readonly DeliveryRule[];
  /** Requests whose answers never arrive. */
  readonly loseAnswers: readonly RequestPattern[];
  /** Jobs running at a time in one destination Region; the others wait in CREATED. */
  readonly concurrentCopyJobs?: number;
  readonly startCopyJobPerSecond?: number;
  /** Functions that run at a time; what comes above is throttled. */
  readonly lambdaConcurrency?: number;
  readonly idempotency: {
    /** A token that comes back with other parameters. */
    readonly otherParameters: 'refuse' | 'returnFirst';
    readonly forgetAfterSeconds?: number;
  };
  /** DescribeCopyJob forgets a job so long after its end. */
  readonly jobHistorySeconds?: number;
  /** DescribeCopyJob knows a job only so long after its start. */
  readonly copyJobVisibleAfterSeconds: number;
  /** What DescribeCopyJob says of the copy's lifecycle: what the copy has, what was asked for, or nothing. */
  readonly lifecycleEcho: 'actual' | 'asked' | 'none';
  /** What -1 in the lifecycle asked for leaves a copy: its source's, or none. */
  readonly minusOne: 'keepsSource' | 'never';
  /** What the loss of a copy role does to running copies and to later deletions: they fail, or a service-linked role takes over. */
  readonly deletedCopyRole: 'fails' | 'fallsBack';
  readonly missingVaults: readonly string[];
  readonly missingRecoveryPoints: readonly string[];
  readonly vaults: readonly VaultRule[];
  readonly recoveryPoints: readonly RecoveryPointRule[];
}
