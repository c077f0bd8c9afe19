/*
 * What the constructs write into the template and the handler reads from the event, in one place.
 * Not exported from the package.
 */

/** The CloudFormation resource type of a copy. */
export const COPY_JOB_RESOURCE_TYPE = 'Custom::AWSBackupOneTimeCopyJob';

/**
 * The type of a leg: a resource before the copy that waits a share of a longer timeout. The first one starts the job, and each hands its
 * id on to the next as `Follow`.
 */
export const LEG_RESOURCE_TYPE = 'Custom::AWSBackupOneTimeCopyJobLeg';

/** Resource properties of copies and legs. CloudFormation hands every number and boolean over as a string. */
export interface CopyJobProperties {
  readonly RecoveryPointArn: string;
  readonly SourceBackupVaultName: string;
  /** Where the source vault is, and so where the job is started. */
  readonly SourceRegion: string;
  readonly DestinationBackupVaultArn: string;
  readonly IamRoleArn: string;
  /** The user's own; without it one is derived from what the copy is. */
  readonly IdempotencyToken?: string;
  readonly Lifecycle?: LifecycleProperties;
  readonly RemovalPolicy: 'retain' | 'destroy';
  readonly ConstructPath: string;
  /** In a nested stack: the root stack's name as deployed. The event tells only the nested stack's own, which is random. */
  readonly RootStackName?: string;
  /** In a nested stack: the logical ids of the nested stacks around the job, from the root down. */
  readonly NestedStacks?: string;
  /** How long this one resource waits, or how long it tries to start the job when nothing waits for the copy. */
  readonly TimeoutSeconds: number;
  readonly WaitForCompletion: boolean;
  /** The physical id of the leg before. */
  readonly Follow?: string;
  /** Of a leg: the logical id of its copy, which knows what was copied before. */
  readonly CopyLogicalId?: string;
}

/** `-1` says 'no move' and 'no deletion'. */
export interface LifecycleProperties {
  readonly MoveToColdStorageAfterDays?: number;
  readonly DeleteAfterDays?: number;
  readonly OptInToArchiveForSupportedResources?: boolean;
}

/** What `Fn::GetAtt` can read. The handler answers every one of them each time, '' where AWS Backup gives none. */
export const ATTRIBUTE_NAMES = [
  'DestinationRecoveryPointArn',
  'CopyJobId',
  'CopyJobState',
  'StatusMessage',
  'MessageCategory',
  'ResourceType',
  'ResourceArn',
  'ResourceName',
  'BackupSizeInBytes',
  'CreationDate',
  'CompletionDate',
  'DestinationEncryptionKeyArn',
  'DestinationVaultType',
  'DestinationVaultLockState',
  'DestinationRecoveryPointLifecycle',
  'IsParent',
  'NumberOfChildJobs',
  'ChildJobsInState',
] as const;

export type AttributeName = typeof ATTRIBUTE_NAMES[number];
export type Attributes = Record<AttributeName, string>;

/** The longest that one custom resource waits: CloudFormation allows 3,600 s, and the last poll, the answer and the waiter's own time must fit in. */
export const LONGEST_WAIT_MINUTES = 55;
