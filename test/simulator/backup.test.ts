import { ACCOUNT, BACKUP_POLICY, BackupFixture, COPY_ROLE, DESTINATION, seeded, SNAPSHOT, trust } from './backup-fixture';
import { AwsBackup } from '../../simulator/backup/aws-backup';
import { parseScenario } from '../../simulator/scenario';

const DAY = 86_400;
const COLD = { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 365, OptInToArchiveForSupportedResources: true };
const OTHER_ROLE = `arn:aws:iam::${ACCOUNT}:role/other`;
const FOREIGN_VAULT = 'arn:aws:backup:eu-west-1:444455556666:backup-vault:theirs';

const play = (fixture: BackupFixture, scenario: object) => fixture.backup.play(parseScenario(JSON.stringify(scenario), 'test.json'));

describe('a copy job', () => {
  it('is CREATED, RUNNING and COMPLETED by virtual time', async () => {
    const fixture = new BackupFixture({ copyJobs: [{ createdSeconds: 10, runningSeconds: 100 }] });
    const id = await fixture.startedJob();
    const states = [];
    for (const seconds of [9, 1, 99, 1]) {
      await fixture.clock.pass(seconds);
      states.push((await fixture.copyJob(id)).State);
    }
    expect(states).toEqual(['CREATED', 'RUNNING', 'RUNNING', 'COMPLETED']);
  });

  it('has its recovery point only from completion on, in the destination', async () => {
    const fixture = new BackupFixture();
    const id = await fixture.startedJob();
    await fixture.clock.pass(600);
    expect(await fixture.copyJob(id)).not.toHaveProperty('DestinationRecoveryPointArn');
    await fixture.clock.pass(5);
    const { DestinationRecoveryPointArn: arn } = await fixture.copyJob(id);
    expect(arn).toMatch(/^arn:aws:ec2:eu-west-1::snapshot\/snap-[0-9a-f]{17}$/);
    expect((await fixture.onPoint('GET', arn as string)).body).toMatchObject({ Status: 'COMPLETED', RecoveryPointArn: arn });
    expect((await fixture.onPoint('GET', arn as string, { region: 'us-east-1' })).error).toBe('ResourceNotFoundException');
    expect((await fixture.onPoint('GET', arn as string, { vault: 'other' })).error).toBe('ResourceNotFoundException');
  });

  it.each([
    [`arn:aws:rds:us-east-1:${ACCOUNT}:snapshot:awsbackup:x`, /^arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:copyjob-/],
    [`arn:aws:rds:us-east-1:${ACCOUNT}:cluster-snapshot:awsbackup:x`, /^arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:awsbackup:/],
    [`arn:aws:fsx:us-east-1:${ACCOUNT}:backup/backup-1`, /^arn:aws:fsx:eu-west-1:111122223333:backup\/backup-/],
    [`arn:aws:redshift-serverless:us-east-1:${ACCOUNT}:snapshot/8f8b1a6e-1c9e-4e0e-9d5a-3f1c2b7a9e01`, /^arn:aws:redshift-serverless:eu-west-1:111122223333:snapshot\/[0-9a-f-]{36}$/],
    [`arn:aws:redshift:us-east-1:${ACCOUNT}:snapshot:c/awsbackup:x`, /^arn:aws:redshift:eu-west-1:111122223333:snapshot:c\/awsbackup:/],
    ['arn:aws:ec2:us-east-1::image/ami-1', /^arn:aws:ec2:eu-west-1::image\/ami-/],
    [`arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t/backup/1`, /^arn:aws:backup:eu-west-1:111122223333:recovery-point:[0-9A-F-]{36}$/],
    [`arn:aws:backup:us-east-1:${ACCOUNT}:recovery-point:1`, /^arn:aws:backup:eu-west-1:111122223333:recovery-point:[0-9A-F-]{36}$/],
  ])('of %s gives an ARN of the type', async (RecoveryPointArn, pattern) => {
    expect(await new BackupFixture().copied({ RecoveryPointArn })).toMatch(pattern);
  });

  it('into an air-gapped vault gives an ARN of AWS Backup', async () => {
    const fixture = new BackupFixture({ vaults: [{ arn: DESTINATION, type: 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT' }] });
    expect(await fixture.copied()).toMatch(/^arn:aws:backup:eu-west-1:111122223333:recovery-point:/);
  });

  it('ends as its rule says, with fields of the answer replaced and left out', async () => {
    const response = { StatusMessage: 'x'.repeat(10_000), ResourceName: null, Later: 1 };
    const rule = { recoveryPointArn: 'arn:aws:ec2:*', endState: 'FAILED', messageCategory: 'AccessDenied', response };
    const fixture = new BackupFixture({ copyJobs: [{ recoveryPointArn: 'arn:aws:fsx:*' }, rule, {}] });
    const id = await fixture.startedJob();
    await fixture.clock.pass(605);
    const job = await fixture.copyJob(id);
    expect(job).toMatchObject({ State: 'FAILED', StatusMessage: response.StatusMessage, MessageCategory: 'AccessDenied', Later: 1 });
    expect(job).not.toHaveProperty('ResourceName');
    expect(job).not.toHaveProperty('DestinationRecoveryPointArn');
  });

  it('with children is a parent and counts them', async () => {
    const fixture = new BackupFixture({ copyJobs: [{ endState: 'PARTIAL', childJobs: { COMPLETED: 2, FAILED: 1 } }] });
    const id = await fixture.startedJob();
    await fixture.clock.pass(10);
    expect(await fixture.copyJob(id)).toMatchObject({ State: 'RUNNING', IsParent: true, NumberOfChildJobs: 3, ChildJobsInState: { RUNNING: 3 } });
    await fixture.clock.pass(600);
    expect(await fixture.copyJob(id)).toMatchObject({ State: 'PARTIAL', ChildJobsInState: { COMPLETED: 2, FAILED: 1 } });
  });

  it('says what its stages say while it runs, and then how it ended', async () => {
    const stages = [
      { seconds: 10, state: 'RUNNING' }, { seconds: 20, state: 'CREATED', response: { ResourceName: null } }, { seconds: 5, state: 'HIBERNATING' },
      { seconds: 30, state: 'COMPLETED', response: { StatusMessage: 'soon' } },
    ];
    const fixture = new BackupFixture({ copyJobs: [{ createdSeconds: 5, stages }] });
    const id = await fixture.startedJob();
    const seen = [];
    for (const seconds of [4, 1, 9, 1, 20, 5, 29]) {
      await fixture.clock.pass(seconds);
      seen.push((await fixture.copyJob(id)).State);
    }
    expect(seen).toEqual(['CREATED', 'RUNNING', 'RUNNING', 'CREATED', 'HIBERNATING', 'COMPLETED', 'COMPLETED']);
    expect(await fixture.copyJob(id)).toMatchObject({ StatusMessage: 'soon' });
    expect(await fixture.copyJob(id)).not.toHaveProperty('DestinationRecoveryPointArn');
    await fixture.clock.pass(1);
    expect(await fixture.copyJob(id)).toMatchObject({ State: 'COMPLETED', DestinationRecoveryPointArn: expect.stringContaining('snap-') });
    expect(await fixture.copyJob(id)).not.toHaveProperty('StatusMessage');
  });

  it('goes by a rule only as often as that says', async () => {
    const fixture = new BackupFixture({ copyJobs: [{ recoveryPointArn: SNAPSHOT, times: 2, endState: 'ABORTED' }, { endState: 'FAILED', times: 1 }] });
    for (const IdempotencyToken of ['a', 'a', 'b', 'c', 'd']) await fixture.start({ IdempotencyToken });
    await fixture.clock.pass(4 * 700);
    expect(fixture.backup.copyJobs().map(({ state }) => state)).toEqual(['ABORTED', 'ABORTED', 'FAILED', 'COMPLETED']);
  });

  it('waits in CREATED while another copies the same resource', async () => {
    const fixture = new BackupFixture();
    await fixture.startedJob();
    const second = await fixture.startedJob({ IdempotencyToken: 'other' });
    await fixture.clock.pass(604);
    expect((await fixture.copyJob(second)).State).toBe('CREATED');
    await fixture.clock.pass(1);
    expect((await fixture.copyJob(second)).State).toBe('RUNNING');
  });

  it('waits in CREATED while its destination Region has no room', async () => {
    const fixture = new BackupFixture({ concurrentCopyJobs: 2 });
    const ids = [];
    for (const n of [1, 2, 3]) {
      ids.push(await fixture.startedJob({ RecoveryPointArn: `${SNAPSHOT}${n}`, IdempotencyToken: `t${n}` }));
    }
    await fixture.clock.pass(60);
    expect(fixture.backup.copyJobs().map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING', 'CREATED']);
    await fixture.clock.pass(600);
    expect((await fixture.copyJob(ids[2])).State).toBe('RUNNING');
  });

  it('is known in the Region of its source only, and until its history is forgotten', async () => {
    const fixture = new BackupFixture({ jobHistorySeconds: 100 });
    const id = await fixture.startedJob();
    expect((await fixture.describe(id, 'eu-west-1')).error).toBe('ResourceNotFoundException');
    await fixture.clock.pass(704);
    expect((await fixture.describe(id)).status).toBe(200);
    await fixture.clock.pass(1);
    expect((await fixture.describe(id)).error).toBe('ResourceNotFoundException');
  });

  it('is not known for a while after its start, if the scenario says so, but its token is', async () => {
    const fixture = new BackupFixture({ copyJobVisibleAfterSeconds: 30 });
    const id = await fixture.startedJob();
    await fixture.clock.pass(29);
    expect((await fixture.describe(id)).error).toBe('ResourceNotFoundException');
    expect(await fixture.startedJob()).toBe(id);
    await fixture.clock.pass(1);
    expect((await fixture.describe(id)).status).toBe(200);
  });
});

describe('an idempotency token', () => {
  it('hands the same job back, also when it has failed', async () => {
    const fixture = new BackupFixture({ copyJobs: [{ endState: 'FAILED' }] });
    const first = await fixture.start();
    await fixture.clock.pass(1000);
    expect((await fixture.start()).body).toEqual(first.body);
    expect(fixture.backup.copyJobs()).toHaveLength(1);
  });

  it('is refused with other parameters, or hands the first job back', async () => {
    const refusing = new BackupFixture();
    await refusing.start();
    refusing.iam.putRole({ arn: OTHER_ROLE, name: 'other', assumeRolePolicyDocument: trust('backup.amazonaws.com'), managedPolicyArns: [BACKUP_POLICY] });
    refusing.iam.putRolePolicy('handler', 'pass', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: OTHER_ROLE }] });
    for (const other of [{ Lifecycle: { DeleteAfterDays: 7 } }, { IamRoleArn: OTHER_ROLE }]) {
      expect(await refusing.start(other)).toMatchObject({ error: 'InvalidParameterValueException', message: expect.stringContaining('idempotency token') });
    }
    const lenient = new BackupFixture({ idempotency: { otherParameters: 'returnFirst' } });
    expect(await lenient.startedJob()).toBe(await lenient.startedJob({ Lifecycle: { DeleteAfterDays: 7 } }));
  });

  it('belongs to its Region', async () => {
    const fixture = new BackupFixture();
    await fixture.start();
    expect((await fixture.start({ RecoveryPointArn: 'arn:aws:ec2:us-west-2::snapshot/snap-1' }, 'us-west-2')).status).toBe(200);
  });

  it('is forgotten when the scenario says so', async () => {
    const fixture = new BackupFixture({ idempotency: { forgetAfterSeconds: 60 } });
    const first = await fixture.startedJob();
    await fixture.clock.pass(59);
    expect(await fixture.startedJob()).toBe(first);
    await fixture.clock.pass(1);
    expect(await fixture.startedJob()).not.toBe(first);
  });
});

describe('StartCopyJob refuses', () => {
  it('a source vault or recovery point that does not exist in the Region', async () => {
    const vault = `arn:aws:backup:us-east-1:${ACCOUNT}:backup-vault:prod`;
    expect((await new BackupFixture({ missingVaults: [vault] }).start()).message).toBe(`Backup vault not found: ${vault}`);
    expect((await new BackupFixture({ missingRecoveryPoints: [SNAPSHOT] }).start()).error).toBe('ResourceNotFoundException');
    expect((await new BackupFixture().start({}, 'us-west-2')).error).toBe('ResourceNotFoundException');
  });

  it('a vault that the template has not created yet or has deleted', async () => {
    const fixture = new BackupFixture();
    fixture.backup.declareVault(DESTINATION);
    expect((await fixture.start()).error).toBe('ResourceNotFoundException');
    fixture.backup.putVault({ arn: DESTINATION });
    expect((await fixture.start()).status).toBe(200);
    fixture.backup.deleteVault(DESTINATION);
    expect((await fixture.start({ IdempotencyToken: 'other' })).error).toBe('ResourceNotFoundException');
  });

  it('a copy that another copy made, outside its vault or before it is there', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied();
    const copyOfCopy = { RecoveryPointArn: arn, DestinationBackupVaultArn: DESTINATION.replace('eu-west-1', 'eu-north-1'), IdempotencyToken: '2' };
    expect((await fixture.start({ ...copyOfCopy, SourceBackupVaultName: 'wrong' }, 'eu-west-1')).error).toBe('ResourceNotFoundException');
    expect((await fixture.start({ ...copyOfCopy, SourceBackupVaultName: 'dr' }, 'eu-west-1')).status).toBe(200);
  });

  it.each([
    [{ MoveToColdStorageAfterDays: 30, DeleteAfterDays: 119 }, 'Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart'],
    [{ DeleteAfterDays: 0 }, 'Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days'],
    [{ DeleteAfterDays: -2 }, 'Invalid lifecycle. DeleteAfterDays cannot be less than 1'],
    [{ DeleteAfterEvent: 'DELETE_AFTER_COPY' }, 'Invalid lifecycle. DeleteAfterEvent is not valid as an input'],
  ])('the lifecycle %j', async (Lifecycle, message) => {
    expect(await new BackupFixture().start({ Lifecycle })).toMatchObject({ status: 400, message: expect.stringContaining(message) });
  });

  it('none of the lifecycles that are allowed', async () => {
    for (const Lifecycle of [{ MoveToColdStorageAfterDays: 30, DeleteAfterDays: 120 }, { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 }]) {
      expect((await new BackupFixture().start({ Lifecycle })).status).toBe(200);
    }
  });

  it('a role that is gone, too new, or not trusted by AWS Backup', async () => {
    const refusal = { error: 'InvalidParameterValueException', message: `IAM Role ${COPY_ROLE} cannot be assumed by AWS Backup` };
    const gone = new BackupFixture();
    gone.iam.deleteRole('copy');
    expect(await gone.start()).toMatchObject(refusal);
    const untrusted = new BackupFixture();
    untrusted.iam.putRole({ arn: COPY_ROLE, name: 'copy', assumeRolePolicyDocument: trust('ec2.amazonaws.com') });
    expect(await untrusted.start()).toMatchObject(refusal);
    const young = new BackupFixture({ iamPropagationSeconds: 20 });
    await young.clock.pass(30);
    young.iam.deleteRole('copy');
    await young.clock.pass(30);
    young.iam.putRole({ arn: COPY_ROLE, name: 'copy', assumeRolePolicyDocument: trust('backup.amazonaws.com') });
    await young.clock.pass(19);
    expect(await young.start()).toMatchObject(refusal);
    await young.clock.pass(1);
    expect((await young.start()).status).toBe(200);
  });

  it('a caller without PassRole, in the words of IAM', async () => {
    const fixture = new BackupFixture();
    const IamRoleArn = COPY_ROLE.replace('/copy', '/another');
    expect(await fixture.start({ IamRoleArn })).toMatchObject({
      status: 403,
      error: 'AccessDeniedException',
      message: expect.stringMatching(/^User: .* is not authorized to perform: iam:PassRole on resource: .*role\/another because no identity-based policy allows/),
    });
  });

  it('more calls a second than the scenario allows', async () => {
    const fixture = new BackupFixture({ startCopyJobPerSecond: 2 });
    expect([await fixture.start(), await fixture.start(), await fixture.start()].map(({ error }) => error))
      .toEqual([undefined, undefined, 'ThrottlingException']);
    await fixture.clock.pass(1);
    expect((await fixture.start()).status).toBe(200);
  });
});

describe('a copy job fails', () => {
  async function failed(fixture: BackupFixture, input: object = {}): Promise<unknown> {
    const id = await fixture.startedJob(input);
    await fixture.clock.pass(700);
    const { State, StatusMessage } = await fixture.copyJob(id);
    expect(State).toBe('FAILED');
    return StatusMessage;
  }

  it('when its role may not copy', async () => {
    const fixture = new BackupFixture();
    fixture.iam.detachRolePolicy('copy', BACKUP_POLICY);
    expect(await failed(fixture)).toBe('Access Denied trying to call AWS Backup service');
  });

  it('when the vault of another account is missing', async () => {
    const fixture = new BackupFixture({ missingVaults: [FOREIGN_VAULT] });
    expect(await failed(fixture, { DestinationBackupVaultArn: FOREIGN_VAULT })).toBe('Access Denied trying to call AWS Backup service');
  });

  it('when the vault does not allow its retention', async () => {
    const fixture = new BackupFixture({ vaults: [{ arn: DESTINATION, maxRetentionDays: 30 }] });
    expect(await failed(fixture)).toMatch(/^The retention specified in the job is not within the range/);
  });

  it('when its role is deleted while it runs, unless the scenario lets a service-linked role take over', async () => {
    const states = [];
    for (const deletedCopyRole of ['fails', 'fallsBack']) {
      const fixture = new BackupFixture({ deletedCopyRole });
      await fixture.startedJob();
      await fixture.clock.pass(60);
      fixture.iam.deleteRole('copy');
      await fixture.clock.pass(600);
      states.push(fixture.backup.copyJobs()[0].state);
    }
    expect(states).toEqual(['FAILED', 'COMPLETED']);
  });
});

describe('a copied recovery point', () => {
  const recoveryPoints = [{ arn: SNAPSHOT, ageDays: 10, lifecycle: { DeleteAfterDays: 35 } }];

  it('keeps its source creation date and lifecycle, and expires by them', async () => {
    const fixture = new BackupFixture({ recoveryPoints });
    const created = fixture.clock.now() / 1000 - 10 * DAY;
    const arn = await fixture.copied();
    expect((await fixture.onPoint('GET', arn)).body).toMatchObject({
      CreationDate: created,
      Lifecycle: { DeleteAfterDays: 35 },
      CalculatedLifecycle: { DeleteAt: created + 35 * DAY },
    });
    await fixture.clock.pass(25 * DAY - 701);
    expect((await fixture.onPoint('GET', arn)).status).toBe(200);
    await fixture.clock.pass(1);
    expect((await fixture.onPoint('GET', arn)).error).toBe('ResourceNotFoundException');
  });

  it.each([['keepsSource', { DeleteAfterDays: 35 }], ['never', {}]])('that was to be kept for ever: %s', async (minusOne, lifecycle) => {
    const fixture = new BackupFixture({ recoveryPoints, minusOne });
    const arn = await fixture.copied({ Lifecycle: { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 } });
    expect((await fixture.onPoint('GET', arn)).body.Lifecycle).toEqual(lifecycle);
  });

  it.each([
    ['actual', { DeleteAfterDays: 200 }],
    ['asked', { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 200 }],
    ['none', undefined],
  ])('of a type without cold storage ignores a move there, of which the job tells what the scenario says: %s', async (lifecycleEcho, told) => {
    const fixture = new BackupFixture({ lifecycleEcho });
    const arn = await fixture.copied({ Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 200 } });
    expect((await fixture.onPoint('GET', arn)).body.Lifecycle).toEqual({ DeleteAfterDays: 200 });
    expect((await fixture.copyJob(fixture.backup.copyJobs()[0].copyJobId)).DestinationRecoveryPointLifecycle).toEqual(told);
    const update = { MoveToColdStorageAfterDays: 60, DeleteAfterDays: 300 };
    expect((await fixture.onPoint('POST', arn, { body: { Lifecycle: update } })).body.Lifecycle).toEqual({ DeleteAfterDays: 300 });
    expect((await fixture.onPoint('GET', arn)).body.Lifecycle).toEqual({ DeleteAfterDays: 300 });
  });

  it.each([
    ['EBS, once it is opted in', SNAPSHOT, { OptInToArchiveForSupportedResources: true }],
    ['EFS', `arn:aws:backup:us-east-1:${ACCOUNT}:recovery-point:1`, {}],
    ['DynamoDB', `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t/backup/1`, {}],
  ])('moves to cold storage if it is of %s', async (_, RecoveryPointArn, optIn) => {
    const lifecycle = { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 365, ...optIn };
    const fixture = new BackupFixture();
    const arn = await fixture.copied({ RecoveryPointArn, Lifecycle: lifecycle });
    expect((await fixture.onPoint('GET', arn)).body.Lifecycle).toEqual(lifecycle);
    await fixture.clock.pass(40 * DAY);
    expect((await fixture.onPoint('GET', arn)).body.StorageClass).toBe('COLD');
  });

  it('loses what an update of its lifecycle leaves out', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied({ Lifecycle: COLD });
    await fixture.onPoint('POST', arn, { body: { Lifecycle: { DeleteAfterDays: 400 } } });
    expect((await fixture.onPoint('GET', arn)).body.Lifecycle).toEqual({ DeleteAfterDays: 400 });
  });

  it('that has moved to cold storage cannot be copied, nor its move be changed', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied({ Lifecycle: COLD });
    await fixture.clock.pass(40 * DAY);
    const copyOfCopy = { RecoveryPointArn: arn, SourceBackupVaultName: 'dr', DestinationBackupVaultArn: FOREIGN_VAULT, IdempotencyToken: '2' };
    expect((await fixture.start(copyOfCopy, 'eu-west-1')).message).toMatch('cold storage');
    expect((await fixture.onPoint('POST', arn, { body: { Lifecycle: { DeleteAfterDays: 400 } } })).error).toBe('InvalidRequestException');
  });

  it('is DELETING for a while before it is gone', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied();
    expect((await fixture.onPoint('DELETE', arn)).status).toBe(200);
    expect((await fixture.onPoint('GET', arn)).body.Status).toBe('DELETING');
    expect((await fixture.onPoint('DELETE', arn)).error).toBe('InvalidResourceStateException');
    await fixture.clock.pass(60);
    expect((await fixture.onPoint('GET', arn)).error).toBe('ResourceNotFoundException');
    expect((await fixture.onPoint('DELETE', arn)).error).toBe('ResourceNotFoundException');
  });

  it.each([
    [{ locked: true }, /Backup vault configured with Lock/],
    [{ legalHold: true }, /has active legal hold\(s\)/],
  ])('cannot be deleted from a vault with %j', async (rule, message) => {
    const fixture = new BackupFixture({ vaults: [{ arn: DESTINATION, ...rule }] });
    const arn = await fixture.copied();
    expect(await fixture.onPoint('DELETE', arn)).toMatchObject({ error: 'InvalidRequestException', message: expect.stringMatching(message) });
    expect((await fixture.onPoint('GET', arn)).body.Status).toBe('COMPLETED');
  });

  it('of a locked vault keeps its lifecycle', async () => {
    const fixture = new BackupFixture({ vaults: [{ arn: DESTINATION, locked: true }] });
    const arn = await fixture.copied();
    expect((await fixture.onPoint('POST', arn, { body: { Lifecycle: { DeleteAfterDays: 7 } } })).message).toMatch('Backup vault configured with Lock');
  });

  it('becomes EXPIRED where nobody can delete it', async () => {
    const unable = new BackupFixture({ vaults: [{ arn: DESTINATION, deletionExpires: true }] });
    const orphaned = new BackupFixture();
    const arns = [await unable.copied(), await orphaned.copied()];
    orphaned.iam.deleteRole('copy');
    for (const [i, fixture] of [unable, orphaned].entries()) {
      expect((await fixture.onPoint('DELETE', arns[i])).status).toBe(200);
      await fixture.clock.pass(60);
      expect((await fixture.onPoint('GET', arns[i])).body.Status).toBe('EXPIRED');
    }
  });

  const role = { arn: COPY_ROLE, name: 'copy', assumeRolePolicyDocument: trust('backup.amazonaws.com'), managedPolicyArns: [BACKUP_POLICY] };
  it.each<[string, (fixture: BackupFixture) => void, string | undefined]>([
    ['nobody can still, is EXPIRED again', () => undefined, 'EXPIRED'],
    ['its role exists again', fixture => fixture.iam.putRole(role), undefined],
    ['a service-linked role takes over', fixture => play(fixture, { deletedCopyRole: 'fallsBack' }), undefined],
  ])('that is EXPIRED is deleted by a call when AWS Backup can: %s', async (_, change, status) => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied();
    fixture.iam.deleteRole('copy');
    await fixture.onPoint('DELETE', arn);
    await fixture.clock.pass(60);
    change(fixture);
    await fixture.clock.pass(60);
    expect((await fixture.onPoint('GET', arn)).body.Status).toBe('EXPIRED');
    expect((await fixture.onPoint('DELETE', arn)).status).toBe(200);
    expect((await fixture.onPoint('GET', arn)).body.Status).toBe('DELETING');
    await fixture.clock.pass(60);
    expect((await fixture.onPoint('GET', arn)).body.Status).toBe(status);
  });

  it('that is EXPIRED by its vault is deleted by a call when that lets it', async () => {
    const fixture = new BackupFixture({ vaults: [{ arn: DESTINATION, deletionExpires: true }] });
    const arn = await fixture.copied();
    for (const scenario of [{ vaults: [{ arn: DESTINATION, deletionExpires: true }] }, {}]) {
      await fixture.onPoint('DELETE', arn);
      await fixture.clock.pass(60);
      expect((await fixture.onPoint('GET', arn)).body.Status).toBe('EXPIRED');
      play(fixture, scenario);
    }
    await fixture.onPoint('DELETE', arn);
    await fixture.clock.pass(60);
    expect((await fixture.onPoint('GET', arn)).error).toBe('ResourceNotFoundException');
  });

  it('is said to be in another status for a while, if the scenario says so', async () => {
    const recoveryPointStages = [{ seconds: 10, status: 'CREATING' }, { seconds: 20, status: 'AVAILABLE' }];
    const fixture = new BackupFixture({ copyJobs: [{ createdSeconds: 0, runningSeconds: 700, recoveryPointStages }] });
    const arn = await fixture.copied();
    const seen = [];
    for (const seconds of [0, 10, 19, 1]) {
      await fixture.clock.pass(seconds);
      seen.push((await fixture.onPoint('GET', arn)).body.Status);
    }
    expect(seen).toEqual(['CREATING', 'AVAILABLE', 'AVAILABLE', 'COMPLETED']);
    const deleted = await fixture.copied({ IdempotencyToken: 'deleted' });
    await fixture.onPoint('DELETE', deleted);
    expect((await fixture.onPoint('GET', deleted)).body.Status).toBe('DELETING');
  });

  it('of a vanished vault answers 403', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied();
    const state = fixture.backup.toJSON();
    const later = new BackupFixture({ missingVaults: [DESTINATION] }, state);
    expect(await later.onPoint('GET', arn)).toMatchObject({ status: 403, error: 'AccessDeniedException' });
  });

  it('of another account cannot be touched', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied({ DestinationBackupVaultArn: FOREIGN_VAULT });
    expect((await fixture.onPoint('DELETE', arn, { vault: 'theirs' })).error).toBe('ResourceNotFoundException');
    const foreign = 'arn:aws:backup:eu-west-1:444455556666:recovery-point:1';
    expect((await fixture.onPoint('DELETE', foreign, { vault: 'theirs' })).error).toBe('AccessDeniedException');
    expect(fixture.backup.allRecoveryPoints().map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it('keeps a vault from being deleted', async () => {
    const fixture = new BackupFixture();
    fixture.backup.putVault({ arn: DESTINATION });
    const arn = await fixture.copied();
    expect(() => fixture.backup.deleteVault(DESTINATION)).toThrow('Backup vault cannot be deleted because it contains recovery points.');
    await fixture.onPoint('DELETE', arn);
    await fixture.clock.pass(60);
    expect(() => fixture.backup.deleteVault(DESTINATION)).not.toThrow();
  });
});

it('goes on from its written state', async () => {
  const first = new BackupFixture();
  const id = await first.startedJob();
  await first.clock.pass(60);
  const state = JSON.parse(JSON.stringify(first.backup));
  const second = new AwsBackup({
    world: { clock: first.clock, random: seeded() },
    iam: first.iam,
    account: ACCOUNT,
    scenario: parseScenario('{}', 'test.json'),
    state,
  });
  await first.clock.pass(545);
  expect(second.copyJobs()).toMatchObject([{ copyJobId: id, state: 'COMPLETED' }]);
  expect(second.allRecoveryPoints()).toHaveLength(2);
});

it('gives the same identifiers for the same seed', async () => {
  expect(await new BackupFixture().copied()).toBe(await new BackupFixture().copied());
});

describe('another scenario', () => {
  it('rules what starts from then on, and vaults at once', async () => {
    const fixture = new BackupFixture({ copyJobs: [{ runningSeconds: 100 }] });
    const arn = await fixture.copied();
    const running = await fixture.startedJob({ IdempotencyToken: 'running' });
    play(fixture, { copyJobs: [{ endState: 'FAILED' }], vaults: [{ arn: DESTINATION, locked: true }], startCopyJobPerSecond: 1 });
    expect((await fixture.onPoint('DELETE', arn)).message).toContain('configured with Lock');
    await fixture.clock.pass(1);
    const failing = await fixture.startedJob({ IdempotencyToken: 'failing' });
    expect((await fixture.start({ IdempotencyToken: 'third' })).error).toBe('ThrottlingException');
    await fixture.clock.pass(1_000);
    expect([(await fixture.copyJob(running)).State, (await fixture.copyJob(failing)).State]).toEqual(['COMPLETED', 'FAILED']);
    play(fixture, {});
    expect((await fixture.onPoint('DELETE', arn)).status).toBe(200);
  });

  it('brings nothing back that was forgotten', async () => {
    const fixture = new BackupFixture({ jobHistorySeconds: 60, idempotency: { forgetAfterSeconds: 60 } });
    const id = await fixture.startedJob();
    await fixture.clock.pass(700);
    play(fixture, {});
    expect((await fixture.describe(id)).error).toBe('ResourceNotFoundException');
    expect(await fixture.startedJob()).not.toBe(id);
  });
});

describe('what happens behind the back of its callers', () => {
  it('is that one job is forgotten, though it still runs', async () => {
    const fixture = new BackupFixture();
    const [id, other] = [await fixture.startedJob(), await fixture.startedJob({ IdempotencyToken: 'other' })];
    fixture.backup.forgetCopyJob(id);
    expect([(await fixture.describe(id)).error, (await fixture.describe(other)).status]).toEqual(['ResourceNotFoundException', 200]);
    await fixture.clock.pass(700);
    expect((await fixture.describe(id)).error).toBe('ResourceNotFoundException');
    expect(fixture.backup.copyJobs()[0].state).toBe('COMPLETED');
    expect(() => fixture.backup.forgetCopyJob('none')).toThrow('There is no copy job none.');
  });

  it('is that all tokens are forgotten', async () => {
    const fixture = new BackupFixture();
    const id = await fixture.startedJob();
    fixture.backup.forgetTokens();
    expect(await fixture.startedJob()).not.toBe(id);
  });

  it('is that a recovery point goes, even from a locked vault', async () => {
    const fixture = new BackupFixture({ vaults: [{ arn: DESTINATION, locked: true }] });
    const arn = await fixture.copied();
    fixture.backup.vanish(arn);
    expect((await fixture.onPoint('GET', arn)).error).toBe('ResourceNotFoundException');
    expect(() => fixture.backup.vanish('arn:none')).toThrow('There is no recovery point arn:none.');
  });

  it('is that time passes: the state knows what has expired', async () => {
    const fixture = new BackupFixture();
    const arn = await fixture.copied({ Lifecycle: { DeleteAfterDays: 30 } });
    await fixture.clock.pass(30 * DAY);
    expect(fixture.backup.toJSON().recoveryPoints[arn].status).toBe('DELETED');
  });
});
