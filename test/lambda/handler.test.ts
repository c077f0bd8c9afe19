import { HandlerFixture } from './handler-fixture';
import { Attributes } from '../../src/contract';

let fixture: HandlerFixture;
const start = async (scenario: object = {}) => fixture = await HandlerFixture.start(scenario);
afterEach(async () => fixture.close());

const create = async (properties: object = {}, more: object = {}) => {
  const event = fixture.request('Create', properties, more);
  return { event, handover: await fixture.onEvent(event) };
};

describe('creating', () => {
  it('starts a job with everything that was asked for, and answers with its ARN and attributes when it is complete', async () => {
    await start();
    const { event, handover } = await create({ Lifecycle: { MoveToColdStorageAfterDays: '30', DeleteAfterDays: '365' } });
    const result = await fixture.wait(event, handover);
    expect(fixture.jobs).toMatchObject([{
      region: 'us-east-1',
      input: {
        RecoveryPointArn: event.ResourceProperties.RecoveryPointArn,
        SourceBackupVaultName: 'prod',
        DestinationBackupVaultArn: event.ResourceProperties.DestinationBackupVaultArn,
        IamRoleArn: event.ResourceProperties.IamRoleArn,
        IdempotencyToken: expect.stringMatching(/^cdk-[0-9a-f]{48}$/),
        Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 365 },
      },
    }]);
    const [{ copyJobId, destinationRecoveryPointArn }] = fixture.jobs;
    expect(handover.PhysicalResourceId).toMatch(new RegExp(`^copy-job/1;${copyJobId}\\|\\|[0-9a-f]{12}\\|\\|[0-9a-f]{6}$`));
    expect(result.PhysicalResourceId).toMatch(new RegExp(`^copy-job/1;${copyJobId}\\|${destinationRecoveryPointArn}\\|[0-9a-f]{12}\\|d365\\|[0-9a-f]{6}$`));
    expect(result.Data).toMatchObject({ DestinationRecoveryPointArn: destinationRecoveryPointArn, CopyJobId: copyJobId, CopyJobState: 'COMPLETED' });
  });

  it('sends the token of the user unaltered', async () => {
    await start();
    await create({ IdempotencyToken: 'mine' });
    expect(fixture.jobs[0].input.IdempotencyToken).toBe('mine');
  });

  it('answers a second delivery of the request alike, without a second job', async () => {
    await start();
    const { event, handover } = await create();
    await fixture.sleep(600_000);
    expect(await fixture.onEvent(event)).toEqual(handover);
    expect(fixture.jobs).toHaveLength(1);
  });

  it('answers a second delivery alike when the job failed in between', async () => {
    await start({ copyJobs: [{ runningSeconds: 20, endState: 'FAILED', statusMessage: 'no' }] });
    const { event, handover } = await create();
    await fixture.sleep(60_000);
    expect(await fixture.onEvent(event)).toEqual(handover);
    expect(fixture.jobs).toHaveLength(1);
  });

  it('starts nothing for a request whose time is over', async () => {
    await start();
    const event = fixture.request('Create');
    await fixture.sleep(3_301_000);
    await expect(fixture.onEvent(event)).rejects.toThrow('nobody would own the copy');
    expect(fixture.jobs).toEqual([]);
  });

  it('waits for room, but not beyond the timeout', async () => {
    await start({ faults: [{ operation: 'StartCopyJob', kind: 'limitExceeded' }] });
    const begin = fixture.now();
    await expect(create({ TimeoutSeconds: '300' })).rejects.toThrow(/did not start the copy: LimitExceededException/);
    expect((fixture.now() - begin) / 60_000).toBeGreaterThan(4);
    expect((fixture.now() - begin) / 60_000).toBeLessThanOrEqual(5);
  });

  it('waits for room for at most twelve minutes', async () => {
    await start({ faults: [{ operation: 'StartCopyJob', kind: 'throttling' }] });
    const begin = fixture.now();
    await expect(create()).rejects.toThrow(/did not start the copy: ThrottlingException/);
    expect((fixture.now() - begin) / 60_000).toBeGreaterThan(11);
    expect((fixture.now() - begin) / 60_000).toBeLessThanOrEqual(12);
  });

  it('gives a fresh role or policy two minutes', async () => {
    await start({ faults: [{ operation: 'StartCopyJob', kind: 'accessDenied' }] });
    const begin = fixture.now();
    await expect(create()).rejects.toThrow(/AccessDeniedException.*something else denies it: a permissions boundary/);
    expect((fixture.now() - begin) / 60_000).toBeGreaterThan(1.5);
    expect((fixture.now() - begin) / 60_000).toBeLessThanOrEqual(2);
  });

  it('does not wait for what never changes', async () => {
    await start();
    const begin = fixture.now();
    await expect(create({ SourceBackupVaultName: 'a' })).rejects.toThrow(/did not start the copy/);
    expect(fixture.now()).toBe(begin);
  });
});

describe('a job that an earlier deployment started', () => {
  const LATER = 3_600_000;

  it('is taken over while it runs, and answers when it is complete', async () => {
    await start({ copyJobs: [{ runningSeconds: 5_400 }] });
    await create();
    await fixture.sleep(LATER);
    const { event, handover } = await create();
    expect(handover).toMatchObject({ Own: false, Phase: 'copying' });
    const { Data } = await fixture.wait(event, handover);
    expect(fixture.jobs).toHaveLength(1);
    expect(Data?.DestinationRecoveryPointArn).toBe(fixture.jobs[0].destinationRecoveryPointArn);
  });

  it('is taken over when it is complete, by a stack of the same name that was created anew', async () => {
    await start();
    await create();
    await fixture.sleep(LATER);
    const anew = { StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/ffffffff-0000-11ee-8000-0a58a9feac02' };
    const { event, handover } = await create({}, anew);
    await fixture.wait(event, handover);
    expect(fixture.jobs).toHaveLength(1);
  });

  it('keeps the lifecycle that it was made with, which is the one that is asked for', async () => {
    await start();
    await create({ Lifecycle: { DeleteAfterDays: '30' } });
    await fixture.sleep(LATER);
    const { event, handover } = await create({ Lifecycle: { DeleteAfterDays: '30' } });
    await fixture.wait(event, handover);
    expect(fixture.jobs).toHaveLength(1);
    expect(fixture.logs.map(({ step }) => step)).not.toContain('lifecycle-set');
  });

  it('is not taken over when it failed: the copy is made anew', async () => {
    await start({ copyJobs: [{ runningSeconds: 20, endState: 'FAILED', statusMessage: 'no' }] });
    await create();
    await fixture.sleep(LATER);
    await create();
    expect(new Set(fixture.jobs.map(job => job.input.IdempotencyToken)).size).toBe(2);
  });

  it.each([
    ['a construct of another path', { ConstructPath: 'Stack/Other' }],
    ['a job in a stack nested in one of another name', { RootStackName: 'Other' }],
    ['a job that asks for another lifecycle', { Lifecycle: { DeleteAfterDays: '60' } }],
    ['a job that destroys its copy', { RemovalPolicy: 'destroy' }],
    ['a copy to another vault', { DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:other' }],
  ])('is not taken over by %s', async (_, properties) => {
    await start();
    await create();
    await fixture.sleep(LATER);
    await create(properties);
    expect(fixture.jobs).toHaveLength(2);
  });

  it('is not made anew when AWS Backup refuses its token because the role is another: the error names the cures', async () => {
    await start({ idempotency: { otherParameters: 'refuse' } });
    await create();
    await fixture.sleep(LATER);
    await expect(create({ IamRoleArn: 'arn:aws:iam::111122223333:role/copy-2' }))
      .rejects.toThrow(/Nothing was copied\. .* give the job the role of that attempt \(role\).* give it an idempotencyToken, to be kept from then on, or another construct id\.$/);
    expect(fixture.jobs).toHaveLength(1);
    expect(fixture.logs).toContainEqual(expect.objectContaining({ step: 'token-refused' }));
  });

  it.each([
    ['failed', [{ runningSeconds: 20, endState: 'FAILED', statusMessage: 'no' }], {}, /names copy job \S+, which failed: .* Give another idempotencyToken/],
    ['is forgotten', [], {}, /names copy job \S+, which AWS Backup has forgotten/],
  ])('is an error under a token of the user, when it %s', async (_, copyJobs, properties, message) => {
    await start({ copyJobs, jobHistorySeconds: copyJobs.length === 0 ? 60 : undefined });
    await create({ IdempotencyToken: 'mine' });
    await fixture.sleep(LATER);
    await expect(create({ IdempotencyToken: 'mine', ...properties })).rejects.toThrow(message);
    expect(fixture.jobs).toHaveLength(1);
  });

  it('is an error under a token of the user that names another copy, however young', async () => {
    await start({ idempotency: { otherParameters: 'returnFirst' } });
    await create({ IdempotencyToken: 'mine' });
    await expect(create({ IdempotencyToken: 'mine', RecoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-2' }))
      .rejects.toThrow(/names copy job \S+, which copies \S+snap-0123456789abcdef0 to/);
  });
});

describe('polling', () => {
  it('ends with an error when the job is not found any more', async () => {
    await start({ faults: [{ operation: 'DescribeCopyJob', kind: 'notFound', skip: 1 }] });
    const { event, handover } = await create();
    await expect(fixture.wait(event, handover)).rejects.toThrow(/Copy job \S+ was started, but AWS Backup does not show it: ResourceNotFoundException/);
  });

  it('ends with an error that names the job when its time is over', async () => {
    await start({ copyJobs: [{ runningSeconds: 9_000 }] });
    const { event, handover } = await create({ TimeoutSeconds: '600' });
    await expect(fixture.wait(event, handover)).rejects.toThrow(
      `Copy job ${fixture.jobs[0].copyJobId} is still RUNNING, 10 minutes after it was created, and the timeout of 10 minutes is over.`);
  });

  it('tells the last error when nothing was to be seen', async () => {
    await start({ faults: [{ operation: 'DescribeCopyJob', kind: 'serviceUnavailable' }] });
    const { event, handover } = await create({ TimeoutSeconds: '600' });
    await expect(fixture.wait(event, handover)).rejects.toThrow(/is still not to be seen.*The last look failed: ServiceUnavailableException/);
  });
});

describe('updating', () => {
  /** What the copy itself tells. */
  const rest = (data: Partial<Attributes>) => Object.fromEntries([
    'ResourceType', 'ResourceArn', 'ResourceName', 'BackupSizeInBytes', 'DestinationEncryptionKeyArn', 'DestinationVaultType', 'IsParent',
  ].map(name => [name, data[name as keyof Attributes]]));

  it('copies nothing, and gives the attributes even when AWS Backup has forgotten the job', async () => {
    await start({ jobHistorySeconds: 60 });
    const { event, handover } = await create();
    const { PhysicalResourceId, Data } = await fixture.wait(event, handover);
    await fixture.sleep(3_600_000);
    const update = fixture.request('Update', { IamRoleArn: 'arn:aws:iam::111122223333:role/other', TimeoutSeconds: '600' }, { PhysicalResourceId });
    const settled = await fixture.onEvent(update);
    expect(settled).toEqual({ PhysicalResourceId, Phase: 'settled' });
    expect(await fixture.poll(update, settled)).toMatchObject({
      IsComplete: true,
      Data: { DestinationRecoveryPointArn: Data?.DestinationRecoveryPointArn, CopyJobId: Data?.CopyJobId, CopyJobState: 'COMPLETED', ...rest(Data!) },
    });
    expect(fixture.jobs).toHaveLength(1);
  });

  it('copies something else, and keeps the whole old id behind the new entry', async () => {
    await start();
    const { event, handover } = await create();
    const { PhysicalResourceId: old } = await fixture.wait(event, handover);
    fixture.stackStatus = 'UPDATE_IN_PROGRESS';
    const update = fixture.request('Update', { SourceBackupVaultName: 'other' }, { PhysicalResourceId: old });
    const { PhysicalResourceId: id } = await fixture.onEvent(update);
    expect(fixture.jobs).toHaveLength(2);
    expect(id).toMatch(new RegExp(`^copy-job/1;${fixture.jobs[1].copyJobId}\\|\\|[0-9a-f]{12}\\|\\|[0-9a-f]{6};`));
    expect(id.endsWith(old!.slice('copy-job/1'.length))).toBe(true);
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 1],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 0],
    ['UPDATE_COMPLETE', 0],
  ])('of the lifecycle is written only while the stack still does what it did: then %s', async (status, times) => {
    await start();
    const { event, handover } = await create();
    const { PhysicalResourceId } = await fixture.wait(event, handover);
    fixture.stackStatus = 'UPDATE_IN_PROGRESS';
    const update = fixture.request('Update', { Lifecycle: { DeleteAfterDays: '30' } }, { PhysicalResourceId });
    const settling = await fixture.onEvent(update);
    fixture.stackStatus = status;
    await fixture.wait(update, settling);
    expect(fixture.logs.filter(({ step }) => step === 'lifecycle-set')).toHaveLength(times);
  });

  it('goes back in a rollback to the id as it was, with all that AWS Backup remembers of its copy', async () => {
    await start();
    const { event, handover } = await create();
    const { PhysicalResourceId: old } = await fixture.wait(event, handover);
    fixture.stackStatus = 'UPDATE_IN_PROGRESS';
    const forward = await fixture.onEvent(fixture.request('Update', { SourceBackupVaultName: 'other' }, { PhysicalResourceId: old }));
    fixture.stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
    const update = fixture.request('Update', {}, { PhysicalResourceId: forward.PhysicalResourceId });
    const back = await fixture.onEvent(update);
    expect(back).toEqual({ PhysicalResourceId: old, Phase: 'lifecycle', Settle: 'lengthened', Operation: 'rollback' });
    expect(await fixture.poll(update, back)).toMatchObject({
      IsComplete: true,
      Data: { DestinationRecoveryPointArn: fixture.jobs[0].destinationRecoveryPointArn, CopyJobState: 'COMPLETED', ResourceType: 'EBS' },
    });
    expect(fixture.jobs).toHaveLength(2);
  });

  it.each([
    ['UPDATE_ROLLBACK_IN_PROGRESS', /goes back to a copy that the physical resource id does not tell of/],
    ['UPDATE_COMPLETE', /is not being updated any more/],
    ['DELETE_COMPLETE', /is not being updated any more/],
  ])('copies nothing unknown in a stack that is %s', async (status, message) => {
    await start();
    const { event, handover } = await create();
    const { PhysicalResourceId } = await fixture.wait(event, handover);
    fixture.stackStatus = status;
    const update = fixture.request('Update', { SourceBackupVaultName: 'other' }, { PhysicalResourceId });
    await expect(fixture.onEvent(update)).rejects.toThrow(message);
    expect(fixture.jobs).toHaveLength(1);
  });
});

describe('deleting under DESTROY', () => {
  const DESTROYED = { RemovalPolicy: 'destroy' };

  /** Deletes the copy that was made, and tells whether it is still there when the polls have gone on for some minutes. */
  async function remains(copies: (id: string) => HandlerFixture['copies']): Promise<{ remains: boolean; isComplete: boolean }> {
    await start();
    const { event, handover } = await create(DESTROYED);
    const { PhysicalResourceId: id } = await fixture.wait(event, handover);
    fixture.stackStatus = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
    fixture.copies = copies(id!);
    const removal = fixture.request('Delete', DESTROYED, { PhysicalResourceId: id });
    const deleting = await fixture.onEvent(removal);
    let isComplete = false;
    for (let poll = 0; poll < 6 && !isComplete; poll++) {
      isComplete = (await fixture.poll(removal, deleting)).IsComplete;
      await fixture.sleep(30_000);
    }
    return { remains: !fixture.logs.some(({ step, status }) => step === 'delete' && status === 'DELETING'), isComplete };
  }

  it.each<[string, (id: string) => HandlerFixture['copies']]>([
    ['no other resource', () => []],
    ['a resource that held it before', id => [{ logicalId: 'Other', physicalId: `copy-job/1;NEWER||hash||asked;${id.slice('copy-job/1;'.length)}`, status: 'UPDATE_COMPLETE' }]],
    ['a resource that is deleted', id => [{ logicalId: 'Other', physicalId: id, status: 'DELETE_COMPLETE' }]],
  ])('deletes what is held by %s', async (_, copies) => {
    expect(await remains(copies)).toEqual({ remains: false, isComplete: true });
  });

  it.each<[string, (id: string) => HandlerFixture['copies']]>([
    ['another resource', id => [{ logicalId: 'Other', physicalId: id, status: 'CREATE_COMPLETE' }]],
    ['a resource of a later release', id => [{ logicalId: 'Other', physicalId: id.replace('/1;', '/2;'), status: 'CREATE_COMPLETE' }]],
  ])('leaves what is held by %s', async (_, copies) => {
    expect(await remains(copies)).toEqual({ remains: true, isComplete: true });
  });

  it.each<[string, (id: string) => HandlerFixture['copies']]>([
    ['its own resource as complete', id => [{ logicalId: 'Copy', physicalId: id, status: 'UPDATE_COMPLETE' }]],
    ['a resource that is created and has no id yet', () => [{ logicalId: 'Other', status: 'CREATE_IN_PROGRESS' }]],
  ])('looks again while CloudFormation shows %s', async (_, copies) => {
    expect(await remains(copies)).toEqual({ remains: true, isComplete: false });
  });

  it('never touches the source, by whose name a copy within one vault might be told', async () => {
    const source = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
    await start({ copyJobs: [{ response: { DestinationRecoveryPointArn: source } }] });
    const { event, handover } = await create(DESTROYED);
    const { PhysicalResourceId } = await fixture.wait(event, handover);
    fixture.stackStatus = 'UPDATE_IN_PROGRESS';
    const change = fixture.request('Update', { ...DESTROYED, Lifecycle: { DeleteAfterDays: '30' } }, { PhysicalResourceId });
    expect(await fixture.wait(change, await fixture.onEvent(change))).toMatchObject({ IsComplete: true });
    fixture.stackStatus = 'DELETE_IN_PROGRESS';
    const removal = fixture.request('Delete', DESTROYED, { PhysicalResourceId });
    expect(await fixture.wait(removal, await fixture.onEvent(removal))).toEqual({ IsComplete: true });
    expect(fixture.logs.map(({ step }) => step)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(lifecycle-set|delete)$/)]));
  });
});

it('deletes nothing', async () => {
  await start({ faults: [{ operation: 'DeleteRecoveryPoint', kind: 'accessDenied' }] });
  const PhysicalResourceId = 'whatever CloudFormation knows';
  const event = fixture.request('Delete', {}, { PhysicalResourceId });
  const handover = await fixture.onEvent(event);
  expect(handover).toEqual({ PhysicalResourceId, Phase: 'nothing' });
  expect(await fixture.poll(event, handover)).toEqual({ IsComplete: true });
});
