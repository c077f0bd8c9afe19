import { attributesOf, fitted } from '../../lambda/messages/attributes';
import { ATTRIBUTE_NAMES, Attributes } from '../../src/contract';

const size = (attributes: Attributes) => Buffer.byteLength(JSON.stringify(attributes));
const described = attributesOf('job', {
  State: 'COMPLETED',
  DestinationRecoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-2',
  StatusMessage: 'm'.repeat(10_000),
  ResourceName: 'ü'.repeat(5_000),
  ResourceArn: `arn:${'r'.repeat(1_000)}`,
});

describe('attributes', () => {
  it('are all there, empty where AWS Backup says nothing', () => {
    const attributes = attributesOf('job', {});
    expect(Object.keys(attributes)).toEqual(ATTRIBUTE_NAMES);
    expect(Object.entries(attributes).filter(([, value]) => value !== '')).toEqual([['CopyJobId', 'job']]);
  });

  it('are strings of what AWS Backup says', () => {
    expect(attributesOf('job', {
      State: 'COMPLETED',
      DestinationRecoveryPointArn: 'arn',
      StatusMessage: 'done',
      MessageCategory: 'SUCCESS',
      ResourceType: 'EBS',
      ResourceArn: 'volume',
      ResourceName: 'name',
      BackupSizeInBytes: 8_589_934_592,
      CreationDate: new Date(1516925490087),
      CompletionDate: new Date(1516925790000),
      DestinationEncryptionKeyArn: 'key',
      DestinationVaultType: 'BACKUP_VAULT',
      DestinationVaultLockState: 'UNLOCKED',
      DestinationRecoveryPointLifecycle: { DeleteAfterDays: 365 },
      IsParent: false,
      NumberOfChildJobs: 0,
      ChildJobsInState: { COMPLETED: 2 },
    })).toEqual({
      DestinationRecoveryPointArn: 'arn',
      CopyJobId: 'job',
      CopyJobState: 'COMPLETED',
      StatusMessage: 'done',
      MessageCategory: 'SUCCESS',
      ResourceType: 'EBS',
      ResourceArn: 'volume',
      ResourceName: 'name',
      BackupSizeInBytes: '8589934592',
      CreationDate: '2018-01-26T00:11:30.087Z',
      CompletionDate: '2018-01-26T00:16:30.000Z',
      DestinationEncryptionKeyArn: 'key',
      DestinationVaultType: 'BACKUP_VAULT',
      DestinationVaultLockState: 'UNLOCKED',
      DestinationRecoveryPointLifecycle: '{"DeleteAfterDays":365}',
      IsParent: 'false',
      NumberOfChildJobs: '0',
      ChildJobsInState: '{"COMPLETED":2}',
    });
  });

  it.each([12_000, 4_000, 2_000, 700, 600])('fit into %d bytes, the status message cut first, then the name, then the rest emptied', bytes => {
    const cut = fitted(described, bytes);
    expect(size(cut)).toBeLessThanOrEqual(bytes);
    expect(cut).toMatchObject({ CopyJobId: 'job', CopyJobState: 'COMPLETED', DestinationRecoveryPointArn: described.DestinationRecoveryPointArn });
    if (cut.ResourceName !== described.ResourceName) expect(cut.StatusMessage).toBe('');
    if (cut.ResourceArn !== described.ResourceArn) expect(cut.ResourceName).toBe('');
  });

  it('are left as they are when there is room', () => {
    expect(fitted(described, size(described))).toEqual(described);
    expect(fitted(described, size(described) - 1)).not.toEqual(described);
  });

  it('never lose what the copy is known by', () => {
    const { DestinationRecoveryPointArn, CopyJobId, CopyJobState, ...rest } = fitted(described, 1);
    expect([DestinationRecoveryPointArn, CopyJobId, CopyJobState]).toEqual(['arn:aws:ec2:eu-west-1::snapshot/snap-2', 'job', 'COMPLETED']);
    expect(new Set(Object.values(rest))).toEqual(new Set(['']));
  });
});
