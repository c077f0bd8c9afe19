import { CopyJob } from '@aws-sdk/client-backup';
import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { newestEntry } from './physical-id';
import { ATTRIBUTE_NAMES, AttributeName, Attributes } from '../../src/contract';

const CLOUDFORMATION_LIMIT = 4_096;

/** The attributes of an answer to CloudFormation, cut to what it has room for beside what the framework puts into it. */
export function attributesFor(event: CloudFormationCustomResourceEvent, physicalResourceId: string, copyJobId: string, job: CopyJob): Attributes {
  const { StackId, RequestId, LogicalResourceId } = event;
  const frame = { Status: 'SUCCESS', Reason: 'SUCCESS', StackId, RequestId, PhysicalResourceId: physicalResourceId, LogicalResourceId, Data: {} };
  // What AWS Backup told in the first place, be it of the job or of the copy: the id keeps it.
  const DestinationRecoveryPointLifecycle = newestEntry(physicalResourceId)?.lifecycle;
  const attributes = attributesOf(copyJobId, { ...job, DestinationRecoveryPointLifecycle });
  return fitted(attributes, CLOUDFORMATION_LIMIT - Buffer.byteLength(JSON.stringify(frame)));
}

/** Every attribute that a template can read, '' where AWS Backup gives none. */
export function attributesOf(copyJobId: string, job: CopyJob): Attributes {
  return {
    DestinationRecoveryPointArn: job.DestinationRecoveryPointArn ?? '',
    CopyJobId: copyJobId,
    CopyJobState: job.State ?? '',
    StatusMessage: job.StatusMessage ?? '',
    MessageCategory: job.MessageCategory ?? '',
    ResourceType: job.ResourceType ?? '',
    ResourceArn: job.ResourceArn ?? '',
    ResourceName: job.ResourceName ?? '',
    BackupSizeInBytes: job.BackupSizeInBytes?.toString() ?? '',
    CreationDate: job.CreationDate?.toISOString() ?? '',
    CompletionDate: job.CompletionDate?.toISOString() ?? '',
    DestinationEncryptionKeyArn: job.DestinationEncryptionKeyArn ?? '',
    DestinationVaultType: job.DestinationVaultType ?? '',
    DestinationVaultLockState: job.DestinationVaultLockState ?? '',
    DestinationRecoveryPointLifecycle: job.DestinationRecoveryPointLifecycle ? JSON.stringify(job.DestinationRecoveryPointLifecycle) : '',
    IsParent: job.IsParent?.toString() ?? '',
    NumberOfChildJobs: job.NumberOfChildJobs?.toString() ?? '',
    ChildJobsInState: job.ChildJobsInState ? JSON.stringify(job.ChildJobsInState) : '',
  };
}

/** What a copy is known by, and what no answer may lose. */
const INDISPENSABLE: readonly AttributeName[] = ['DestinationRecoveryPointArn', 'CopyJobId', 'CopyJobState'];

/** What may be cut short, first of all; everything else is whole or empty. */
const PROSE: readonly AttributeName[] = ['StatusMessage', 'ResourceName'];

/**
 * The attributes, cut until their JSON has at most `bytes` bytes.
 *
 * CloudFormation refuses a longer response, and the provider framework neither checks nor cuts.
 */
export function fitted(attributes: Attributes, bytes: number): Attributes {
  const cut = { ...attributes };
  const excess = () => Buffer.byteLength(JSON.stringify(cut)) - bytes;
  for (const name of PROSE) {
    while (excess() > 0 && cut[name] !== '') cut[name] = cut[name].slice(0, -excess());
  }
  for (const name of [...ATTRIBUTE_NAMES].reverse()) {
    if (excess() > 0 && !INDISPENSABLE.includes(name)) cut[name] = '';
  }
  return cut;
}
