import { Duration, Stack } from 'aws-cdk-lib';
import { Deployment, failureReason } from './deployment';
import { A, B, besideNeighbour, copies, copyWith, DAY, DR, FORGOTTEN, idOf, neighbourFailsAfter, NEIGHBOUR_FAILS, OTHER_ACCOUNT, SOURCE_LIFECYCLE, thenNeighbour, vault } from './stories';
import { OneTimeCopyJobProps } from '../../src';

const days = (deleteAfter: number): Partial<OneTimeCopyJobProps> => ({ deleteAfter: Duration.days(deleteAfter) });

describe('a changed lifecycle', () => {
  it.each([
    ['given', {}, days(30), { DeleteAfterDays: 30 }],
    ['changed', days(30), days(60), { DeleteAfterDays: 60 }],
    ['grown by a move to cold storage', days(200), {
      ...days(200), moveToColdStorageAfter: Duration.days(50), optInToArchiveForSupportedResources: true,
    }, { MoveToColdStorageAfterDays: 50, DeleteAfterDays: 200, OptInToArchiveForSupportedResources: true }],
    ['removed', days(30), { removeLifecycle: true }, {}],
  ])('is set on the copy that is there: %s', async (_, before, after, lifecycle) => {
    const deployment = new Deployment();
    const created = await deployment.deploy(copyWith(before));
    const updated = await deployment.deploy(copyWith(after));
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(JSON.parse(JSON.stringify(copies(updated)))).toEqual([{ ...copies(created)[0], lifecycle }]);
    expect(idOf(updated)).toBe(idOf(created));
    expect(updated.outputs).toEqual(created.outputs);
    expect(updated.calls.backup.StartCopyJob).toBeUndefined();
    expect(updated.calls.backup.UpdateRecoveryPointLifecycle).toEqual({ accepted: 1, rejected: 0, dropped: 0 });
  });

  it('is that which the copy was made with again, when the props are taken away', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const changed = await deployment.deploy(copyWith(days(30)));
    expect(copies(changed)[0].lifecycle).toEqual({ DeleteAfterDays: 30 });
    const removed = await deployment.deploy(copyWith(), FORGOTTEN);
    expect(removed.status).toBe('UPDATE_COMPLETE');
    expect(copies(removed)[0].lifecycle).toEqual(SOURCE_LIFECYCLE);
  });

  it('is not written when the copy has it already', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const same = await deployment.deploy(copyWith(days(SOURCE_LIFECYCLE.DeleteAfterDays!)));
    expect(same.status).toBe('UPDATE_COMPLETE');
    expect(same.calls.backup.UpdateRecoveryPointLifecycle).toBeUndefined();
  });

  it('is set though AWS Backup throttles, fails and drops connections', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const updated = await deployment.deploy(copyWith(days(30)), {
      faults: [
        { operation: 'DescribeRecoveryPoint', kind: 'accessDenied', times: 3 },
        { operation: 'UpdateRecoveryPointLifecycle', kind: 'throttling', times: 4 },
        { operation: 'UpdateRecoveryPointLifecycle', kind: 'dropAfterServing', times: 3 },
      ],
    });
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(copies(updated)[0].lifecycle).toEqual({ DeleteAfterDays: 30 });
  });

  it('is not made any more when it was cancelled, though the next deployment is under way', async () => {
    const deployment = new Deployment();
    const created = await deployment.deploy(copyWith());
    // The poll after the first finds the stack updating again.
    const cancelled = await deployment.deploy(besideNeighbour(copyWith(days(30))), {
      ...neighbourFailsAfter(20), faults: [{ operation: 'DescribeRecoveryPoint', kind: 'throttling', times: 3 }],
    });
    expect(cancelled.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const next = await deployment.deploy(stack => {
      copyWith()(stack);
      copyWith({ recoveryPointArn: B }, 'Other')(stack);
    });
    expect(next.status).toBe('UPDATE_COMPLETE');
    expect(copies(next).find(({ of }) => of === A)).toEqual(copies(created)[0]);
  });

  it('comes with a new copy when what is copied changes too', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const updated = await deployment.deploy(stack => copyWith({ ...days(30), idempotencyToken: 'again' })(stack));
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(copies(updated).map(({ lifecycle }) => lifecycle)).toEqual([SOURCE_LIFECYCLE, { DeleteAfterDays: 30 }]);
  });

  it('is put back by a rollback: none -> 30 days', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(thenNeighbour(copyWith(days(30))), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(copies(after)).toEqual(copies(before));
    expect(idOf(after)).toBe(idOf(before));
    expect(after.calls.backup.UpdateRecoveryPointLifecycle).toEqual({ accepted: 2, rejected: 0, dropped: 0 });
  });

  it.each([[days(30), days(60)], [days(30), {}]])('is put back by a rollback: %j -> %j', async (given, changed) => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith(given));
    const after = await deployment.deploy(thenNeighbour(copyWith(changed)), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(copies(after)).toEqual(copies(before));
    expect(copies(after)[0].lifecycle).toEqual({ DeleteAfterDays: 30 });
  });

  it('is put back, also when the copy was made with another one than it had before the update', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(days(30)));
    const before = await deployment.deploy(copyWith(days(60)));
    const after = await deployment.deploy(thenNeighbour(copyWith(days(90))), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(copies(after)).toEqual(copies(before));
    expect(copies(after)[0].lifecycle).toEqual({ DeleteAfterDays: 60 });
  });
});

describe('a lifecycle that cannot be changed', () => {
  it('is one clear error on a locked vault, and its rollback succeeds', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(copyWith(days(30)), { vaults: [{ arn: DR, locked: true }] });
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.events.filter(({ status }) => status === 'UPDATE_FAILED')).toHaveLength(1);
    expect(failureReason(after)).toMatch(/Backup vault configured with Lock/);
    expect(failureReason(after)).toContain(before.outputs.CopyArn);
    expect(idOf(after)).toBe(idOf(before));
    expect(copies(after)).toEqual(copies(before));
  });

  it('is no error on a locked vault when a neighbour fails and it has to be put back', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(days(60)));
    const after = await deployment.deploy(thenNeighbour(copyWith(days(60))), { ...NEIGHBOUR_FAILS, vaults: [{ arn: DR, locked: true }] });
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('is one clear error in another account, and its rollback succeeds', async () => {
    const across = (props: Partial<OneTimeCopyJobProps>) => (stack: Stack) =>
      copyWith({ ...props, destinationBackupVault: vault(stack, OTHER_ACCOUNT) })(stack);
    const deployment = new Deployment();
    const before = await deployment.deploy(across({}));
    expect(before.status).toBe('CREATE_COMPLETE');
    const after = await deployment.deploy(across(days(30)));
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.events.filter(({ status }) => status === 'UPDATE_FAILED')).toHaveLength(1);
    expect(failureReason(after)).toMatch(/account 444455556666/);
    expect(failureReason(after)).toContain(before.outputs.CopyArn);
    expect(idOf(after)).toBe(idOf(before));
    expect(copies(after)).toEqual(copies(before));
  });

  it('is a success in another account when the copy was made with it', async () => {
    const across = (props: Partial<OneTimeCopyJobProps>) => (stack: Stack) =>
      copyWith({ ...props, destinationBackupVault: vault(stack, OTHER_ACCOUNT) })(stack);
    const deployment = new Deployment();
    await deployment.deploy(across({}));
    const after = await deployment.deploy(across(days(SOURCE_LIFECYCLE.DeleteAfterDays!)), FORGOTTEN);
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.copyJobs).toHaveLength(1);
  });
});

describe('a lifecycle of a copy that has expired', () => {
  it('is a success, which the log explains', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith(days(30)));
    await deployment.advance(60 * DAY);
    const after = await deployment.deploy(copyWith(days(90)));
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.copyJobs).toHaveLength(1);
    expect(copies(after)).toEqual([]);
    expect(idOf(after)).toBe(idOf(before));
    expect(after.logs.join()).toContain(before.outputs.CopyArn);
  });

  it('is rolled back with success too', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith(days(30)));
    await deployment.advance(60 * DAY);
    const after = await deployment.deploy(thenNeighbour(copyWith(days(90))), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.copyJobs).toHaveLength(1);
    expect(idOf(after)).toBe(idOf(before));
  });
});
