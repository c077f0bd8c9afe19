/*
 * What the constructs write into the template and the handler reads from the event, in one place.
 * Not exported from the package.
 */

/** The CloudFormation resource type of a copy. */
export const COPY_JOB_RESOURCE_TYPE = 'Custom::AWSBackupOneTimeCopyJob';

/** Resource properties. CloudFormation hands every number and boolean over as a string. */
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
  /** The root stack's name: a nested stack's own is random. */
  readonly StackName: string;
  readonly ConstructPath: string;
  readonly TimeoutSeconds: number;
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
  'IsParent',
  'NumberOfChildJobs',
  'ChildJobsInState',
] as const;

export type AttributeName = typeof ATTRIBUTE_NAMES[number];
export type Attributes = Record<AttributeName, string>;

/** The longest that one custom resource waits: CloudFormation allows 3,600 s, and the last poll, the answer and the waiter's own time must fit in. */
export const LONGEST_WAIT_MINUTES = 55;
