import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Deployment } from './deployment';
import { A, B, copied, copies, copyWith, DAY, DESTROY, FORGOTTEN, FRANKFURT, idOf, ownRole, POLICIES, RETAIN, vault } from './stories';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';

type Props = (stack: Stack) => Partial<OneTimeCopyJobProps>;

describe('an update that changes what is copied', () => {
  it.each<[string, Props]>([
    ['recovery point', () => ({ recoveryPointArn: B })],
    ['source vault', stack => ({ sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'OtherSource', 'other') })],
    ['destination vault', stack => ({ destinationBackupVault: vault(stack, FRANKFURT) })],
    ['token', () => ({ idempotencyToken: 'once-more' })],
  ])('makes a new copy and keeps the old: another %s', async (_, props) => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(stack => copyWith(props(stack))(stack));
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.copyJobs).toHaveLength(2);
    expect(copies(after).map(({ arn }) => arn)).toEqual([before.outputs.CopyArn, after.outputs.CopyArn]);
    expect(after.outputs.CopyArn).not.toBe(before.outputs.CopyArn);
    expect(idOf(after)).not.toBe(idOf(before));
    expect(after.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });

  it('takes no refusal for final that it cannot read: the new permission is not there yet', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const after = await deployment.deploy(copyWith({ recoveryPointArn: B }), {
      iamPropagationSeconds: 30, faults: [{ operation: 'StartCopyJob', kind: 'malformedJson', times: 2 }],
    });
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.copyJobs).toHaveLength(2);
  });

  it('deletes the old copy under DESTROY, when the new one is complete', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    const after = await deployment.deploy(copyWith({ removalPolicy: DESTROY, recoveryPointArn: B }));
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.events.filter(({ status }) => status.endsWith('_FAILED'))).toEqual([]);
    expect(copies(after)).toMatchObject([{ of: B, arn: after.outputs.CopyArn }]);
    expect(after.calls.backup.DeleteRecoveryPoint).toEqual({ accepted: 1, rejected: 0, dropped: 0 });
  });

  it('deletes the old copy in its own Region when a job under DESTROY moves to another', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    const moved = await deployment.deploy(stack => copyWith({ removalPolicy: DESTROY, destinationBackupVault: vault(stack, FRANKFURT) })(stack));
    expect(moved.status).toBe('UPDATE_COMPLETE');
    expect(moved.events.filter(({ status }) => status.endsWith('_FAILED'))).toEqual([]);
    expect(copies(moved)).toMatchObject([{ vaultArn: FRANKFURT, arn: moved.outputs.CopyArn }]);
    expect(moved.outputs.CopyArn).toMatch(/:eu-central-1:/);
  });

  it('takes over the old copy when it changes back and that is still there', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith());
    await deployment.deploy(copyWith({ recoveryPointArn: B }));
    const back = await deployment.deploy(copyWith());
    expect(back.status).toBe('UPDATE_COMPLETE');
    expect(back.copyJobs).toHaveLength(2);
    expect(back.outputs).toEqual(first.outputs);
    expect(copied(back)).toEqual([A, B]);
  });

  it('makes a new copy when it changes back and the old one was deleted under DESTROY', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    await deployment.deploy(copyWith({ removalPolicy: DESTROY, recoveryPointArn: B }));
    const back = await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    expect(back.status).toBe('UPDATE_COMPLETE');
    expect(back.copyJobs).toHaveLength(3);
    expect(back.outputs.CopyArn).not.toBe(first.outputs.CopyArn);
    expect(copies(back)).toMatchObject([{ of: A, arn: back.outputs.CopyArn }]);
  });

  it('makes a new copy when it changes back months later and the old one has expired', async () => {
    const deployment = new Deployment();
    const props = { deleteAfter: Duration.days(30) };
    const first = await deployment.deploy(copyWith(props));
    const second = await deployment.deploy(copyWith({ ...props, deleteAfter: Duration.days(365), recoveryPointArn: B }));
    await deployment.advance(100 * DAY);
    const back = await deployment.deploy(copyWith({ ...props, deleteAfter: Duration.days(365) }));
    expect(back.status).toBe('UPDATE_COMPLETE');
    expect(back.copyJobs).toHaveLength(3);
    expect(copies(back).map(({ arn }) => arn)).toEqual([second.outputs.CopyArn, back.outputs.CopyArn]);
    expect(back.outputs.CopyArn).not.toBe(first.outputs.CopyArn);
  });
});

describe('an update that changes anything else', () => {
  it.each<[string, Props]>([
    ['role', stack => ({ role: ownRole(stack, 'another') })],
    ['timeout', () => ({ timeout: Duration.minutes(30) })],
    ['removal policy', () => ({ removalPolicy: DESTROY })],
    ['poll interval of the provider', stack => {
      OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.minutes(1) });
      return {};
    }],
  ])('copies and deletes nothing, though AWS Backup has forgotten the job: %s', async (_, props) => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(stack => copyWith(props(stack))(stack), FORGOTTEN);
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.copyJobs).toHaveLength(1);
    expect(after.outputs).toEqual(before.outputs);
    expect(idOf(after)).toBe(idOf(before));
    expect(after.calls.backup?.StartCopyJob).toBeUndefined();
    expect(after.calls.backup?.DeleteRecoveryPoint).toBeUndefined();
  });

  it('copies and deletes nothing when the removal policy goes back and forth', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    for (const removalPolicy of [DESTROY, RETAIN, DESTROY]) {
      const after = await deployment.deploy(copyWith({ removalPolicy }));
      expect(after.status).toBe('UPDATE_COMPLETE');
      expect(after.copyJobs).toHaveLength(1);
      expect(after.outputs).toEqual(before.outputs);
      expect(idOf(after)).toBe(idOf(before));
    }
  });
});

describe('a construct that is renamed', () => {
  it.each<[RemovalPolicy, string]>([[RETAIN, 'kept'], [DESTROY, 'deleted']])('is another copy, under %s; the old one is %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const renamed = await deployment.deploy(copyWith({ removalPolicy }, 'Renamed'));
    expect(renamed.status).toBe('UPDATE_COMPLETE');
    expect(renamed.copyJobs).toHaveLength(2);
    expect(renamed.outputs.RenamedArn).not.toBe(before.outputs.CopyArn);
    const expected = removalPolicy === RETAIN ? [before.outputs.CopyArn, renamed.outputs.RenamedArn] : [renamed.outputs.RenamedArn];
    expect(copies(renamed).map(({ arn }) => arn)).toEqual(expected);
  });
});

describe('another provider on a deployed job', () => {
  it.each(POLICIES)('is refused by CloudFormation, and nothing is copied or deleted: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const after = await deployment.deploy(stack => copyWith({ removalPolicy, provider: new OneTimeCopyJobProvider(stack, 'Own') })(stack));
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.events.map(({ reason }) => reason)).toContain('Modifying service token is not allowed.');
    expect(idOf(after)).toBe(idOf(before));
    expect(copies(after)).toEqual(copies(before));
    expect(after.copyJobs).toHaveLength(1);
  });
});
