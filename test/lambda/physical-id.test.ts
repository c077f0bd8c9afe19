import { changedCopyId, contentHash, copyId, lastCompleteId, legEntry, legId, lifecycleHash, mayHold, newestEntry, restoredId, toldAnew } from '../../lambda/messages/physical-id';
import { CopyJobProperties } from '../../src/contract';

const properties: CopyJobProperties = {
  RecoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-1',
  SourceBackupVaultName: 'prod',
  SourceRegion: 'us-east-1',
  DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr',
  IamRoleArn: 'arn:aws:iam::111122223333:role/copy',
  RemovalPolicy: 'retain',
  ConstructPath: 'Stack/Copy',
  TimeoutSeconds: 3300,
  WaitForCompletion: true,
};
const entry = { copyJobId: 'c0ffee00-0000-4000-8000-000000000001', recoveryPointArn: '', contentHash: contentHash(properties), asked: '5ca1ab' };

describe('the physical resource id', () => {
  it.each([
    ['of a running copy', entry],
    ['of a copy without a lifecycle', { ...entry, recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-2', lifecycle: {} }],
    ['of a copy that never moves or ends', { ...entry, recoveryPointArn: 'a', lifecycle: { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 } }],
    ['of a copy with a whole lifecycle', {
      ...entry, recoveryPointArn: 'a', lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 365, OptInToArchiveForSupportedResources: true },
    }],
    ['of a copy with archive opted out', { ...entry, recoveryPointArn: 'a', lifecycle: { OptInToArchiveForSupportedResources: false } }],
  ])('gives back every field %s', (_, written) => {
    expect(newestEntry(copyId(written))).toEqual(written);
  });

  it('keeps its form for ever, since a rollback hands new ids to older code', () => {
    const id = copyId({ ...entry, contentHash: 'abc123', recoveryPointArn: 'arn:x', lifecycle: { DeleteAfterDays: 30 } });
    expect(id).toBe('copy-job/1;c0ffee00-0000-4000-8000-000000000001|arn:x|abc123|d30|5ca1ab');
  });

  it('is read past fields and entries of a later release', () => {
    expect(newestEntry('copy-job/1;job|arn:x|abc|d30|5ca1ab|of a later release;job0|arn:y|def||')).toEqual({
      copyJobId: 'job', recoveryPointArn: 'arn:x', contentHash: 'abc', lifecycle: { DeleteAfterDays: 30 }, asked: '5ca1ab',
    });
  });

  it.each(['AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', 'Stack-Copy-1ABCDEF', '2024/01/01/[$LATEST]abc'])('is not ours: %s', id => {
    expect(newestEntry(id)).toBeUndefined();
  });

  it.each(['copy-job/2;job|arn|hash|', 'copy-job/1', 'copy-job/1;', 'copy-job/1;job|arn', 'copy-job/1;job|arn|hash|', 'copy-job/1;|arn|hash||'])('is an error when it is ours and unreadable: %s', id => {
    expect(() => newestEntry(id)).toThrow(/cannot be read by this release .* Nothing was copied or deleted/);
  });
});

describe('the history in an id', () => {
  const named = (copyJobId: string) => ({ copyJobId, recoveryPointArn: `arn:${copyJobId}`, contentHash: `hash-${copyJobId}`, lifecycle: {}, asked: 'none' });
  const [a, b, c] = ['a', 'b', 'c'].map(named);

  it('has the newest entry before the whole old id', () => {
    const id = changedCopyId(c, changedCopyId(b, copyId(a)));
    expect(id).toBe('copy-job/1;c|arn:c|hash-c|-|none;b|arn:b|hash-b|-|none;a|arn:a|hash-a|-|none');
    expect(newestEntry(id)).toEqual(c);
  });

  it('goes back to the rest of the id, exactly as it was, what a later release added too', () => {
    const old = 'copy-job/1;b|arn:b|hash-b|-|none|added;a|arn:a|hash-a|-|none';
    expect(restoredId(changedCopyId(c, old), 'hash-b')).toBe(old);
    expect(restoredId(old, 'hash-a')).toBe('copy-job/1;a|arn:a|hash-a|-|none');
    expect(restoredId(old, 'hash-c')).toBeUndefined();
    expect(restoredId('made up by CloudFormation', 'hash-c')).toBeUndefined();
  });

  it('tells its newest entry anew, the rest exactly as it was', () => {
    expect(toldAnew({ ...c, lifecycle: { DeleteAfterDays: 3 } }, changedCopyId(c, copyId(a)))).toBe('copy-job/1;c|arn:c|hash-c|d3|none;a|arn:a|hash-a|-|none');
  });

  it('begins anew after an id that is not ours', () => {
    expect(changedCopyId(a, 'made up by CloudFormation')).toBe(copyId(a));
  });

  it('loses the oldest entries when 1,024 characters are full, and never the newest', () => {
    let id = copyId(a);
    for (let n = 0; n < 50; n++) id = changedCopyId({ ...named(`job-${n}`), recoveryPointArn: 'x'.repeat(100) }, id);
    expect(id.length).toBeLessThanOrEqual(1_024);
    expect(id.length).toBeGreaterThan(800);
    expect(newestEntry(id)?.copyJobId).toBe('job-49');
    expect(restoredId(id, 'hash-job-48')).toBeDefined();
    expect(restoredId(id, 'hash-a')).toBeUndefined();
    expect(newestEntry(copyId({ ...a, recoveryPointArn: 'x'.repeat(2_000) }))?.copyJobId).toBe('a');
  });

  it('has no place in the id of a leg', () => {
    const id = legId({ copyJobId: 'a', contentHash: 'hash-a', claim: 'none', own: true });
    expect(id).toBe('copy-job-leg/1;a||hash-a||none|own');
    expect(newestEntry(id)).toEqual({ copyJobId: 'a', recoveryPointArn: '', contentHash: 'hash-a', asked: 'none' });
  });

  it.each([true, false])('tells of a leg whether the legs started the job: %s', own => {
    expect(legEntry(legId({ copyJobId: 'a', contentHash: 'hash-a', claim: 'none', own }))?.own).toBe(own);
    expect(legEntry('made up by CloudFormation')).toBeUndefined();
  });

  it('goes back past what never became complete, to the newest that did', () => {
    const [failed, alsoFailed] = [b, c].map(copy => ({ ...copy, recoveryPointArn: '' }));
    expect(lastCompleteId(changedCopyId(alsoFailed, changedCopyId(failed, copyId(a))))).toBe(copyId(a));
    expect(lastCompleteId(changedCopyId(b, copyId(a)))).toBeUndefined();
    expect(lastCompleteId(copyId(failed))).toBeUndefined();
    expect(lastCompleteId('made up by CloudFormation')).toBeUndefined();
  });

  it('holds the newest copy, none of those before, and any that an unreadable id names', () => {
    const id = changedCopyId(b, copyId(a));
    expect([mayHold(id, 'b'), mayHold(id, 'a'), mayHold('made up by CloudFormation', 'a')]).toEqual([true, false, false]);
    expect([mayHold('copy-job/2;later;JOB', 'JOB'), mayHold('copy-job/2;later', 'JOB')]).toEqual([true, false]);
  });
});

describe('the content', () => {
  it.each(['RecoveryPointArn', 'SourceBackupVaultName', 'SourceRegion', 'DestinationBackupVaultArn', 'IdempotencyToken'])('differs with %s', name => {
    expect(contentHash({ ...properties, [name]: 'other' })).not.toBe(contentHash(properties));
  });

  it.each(['IamRoleArn', 'RootStackName', 'NestedStacks', 'ConstructPath', 'RemovalPolicy', 'TimeoutSeconds'])('is the same whatever %s is', name => {
    expect(contentHash({ ...properties, [name]: 'other' })).toBe(contentHash(properties));
  });
});

describe('what lifecycle is asked for', () => {
  const lifecycles = [
    undefined, {}, { DeleteAfterDays: 30 }, { DeleteAfterDays: 31 }, { MoveToColdStorageAfterDays: 30 },
    { OptInToArchiveForSupportedResources: false },
  ];

  it('is told apart by its hash', () => {
    expect(new Set(lifecycles.map(lifecycleHash)).size).toBe(lifecycles.length);
  });
});
