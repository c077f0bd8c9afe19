import { RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { copyJob, Deployment, failureReason } from './deployment';
import {
  A, B, besideNeighbour, Build, copied, copies, copyWith, DESTROY, DR, failures, FORGOTTEN, FRANKFURT, HOUR, longestOperationSeconds, MINUTE,
  OTHER_ACCOUNT, POLICIES, RETAIN, vault,
} from './stories';

const withPolicy = (removalPolicy: RemovalPolicy): Build => copyWith({ removalPolicy });
const both = (first: Build, second: Build): Build => stack => {
  first(stack);
  second(stack);
};
const nothing: Build = stack => void new CfnTopic(stack, 'Other');

describe('a deleted stack', () => {
  it('keeps its copy, and asks AWS Backup for nothing', async () => {
    const deployment = new Deployment();
    const created = await deployment.deploy(withPolicy(RETAIN));
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual(copies(created));
    expect(deleted.calls.backup).toBeUndefined();
  });

  it('deletes its copy under DESTROY, and waits until that is gone', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
    expect(deleted.calls.backup.DeleteRecoveryPoint).toEqual({ accepted: 1, rejected: 0, dropped: 0 });
    expect(deleted.simulatedSeconds).toBeGreaterThan(MINUTE);
  });

  it('deletes its copy under DESTROY with the default role, which stays', async () => {
    const deployment = new Deployment();
    await deployment.deploy(stack => void copyJob(stack, { removalPolicy: DESTROY }));
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
    expect(deleted.events.filter(({ status }) => status === 'DELETE_SKIPPED')).toMatchObject([{ type: 'AWS::IAM::Role', logicalId: expect.stringContaining('CopyRole') }]);
  });

  it('deletes its copy under DESTROY that was made with the default role, before the job got a role of its own', async () => {
    const deployment = new Deployment();
    await deployment.deploy(stack => void copyJob(stack, { removalPolicy: DESTROY }));
    await deployment.deploy(withPolicy(DESTROY));
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('deletes its copy under DESTROY in the Region of that', async () => {
    const deployment = new Deployment();
    await deployment.deploy(stack => copyWith({ removalPolicy: DESTROY, destinationBackupVault: vault(stack, FRANKFURT) })(stack));
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('deletes its copy under DESTROY though AWS Backup has forgotten the job', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    const deleted = await deployment.delete(FORGOTTEN);
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('deletes its copy under DESTROY though AWS Backup throttles, fails and drops connections', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    const deleted = await deployment.delete({
      faults: [
        { operation: 'DeleteRecoveryPoint', kind: 'throttling', times: 4 },
        { operation: 'DeleteRecoveryPoint', kind: 'dropAfterServing', times: 3 },
        { operation: 'DescribeRecoveryPoint', kind: 'serviceUnavailable', times: 8 },
        { operation: 'DescribeRecoveryPoint', kind: 'malformedJson', times: 2 },
      ],
    });
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('deletes the copy when the policy was changed from RETAIN to DESTROY', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(RETAIN));
    const updated = await deployment.deploy(withPolicy(DESTROY));
    expect(copied(updated)).toEqual([A]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('keeps the copy when the policy was changed from DESTROY to RETAIN', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    await deployment.deploy(withPolicy(RETAIN));
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual([A]);
  });

  it('never deletes what an earlier deployment kept', async () => {
    const deployment = new Deployment();
    const kept = await deployment.deploy(withPolicy(RETAIN));
    await deployment.delete();
    const created = await deployment.deploy(withPolicy(DESTROY));
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(created.copyJobs).toHaveLength(2);
    expect(created.outputs.CopyArn).not.toBe(kept.outputs.CopyArn);
    const changed = await deployment.deploy(copyWith({ removalPolicy: DESTROY, recoveryPointArn: B }));
    expect(copied(changed)).toEqual([A, B]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted).map(({ arn }) => arn)).toEqual([kept.outputs.CopyArn]);
  });

  it('keeps the copy of a RETAIN job though an aspect gives every resource the policy to be deleted', async () => {
    const deployment = new Deployment();
    const created = await deployment.deploy(stack => {
      copyJob(stack);
      RemovalPolicies.of(stack).destroy();
    });
    expect(created.status).toBe('CREATE_COMPLETE');
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual(copies(created));
    expect(deleted.calls.backup).toBeUndefined();
  });

  it('keeps the default role of a RETAIN job that still runs, whatever that aspect says, and the copy completes', async () => {
    const deployment = new Deployment();
    const created = await deployment.deploy(stack => {
      copyJob(stack, { waitForCompletion: false });
      RemovalPolicies.of(stack).destroy();
    }, { copyJobs: [{ runningSeconds: HOUR }], deletedCopyRole: 'fails' });
    expect(created.copyJobs).toMatchObject([{ state: 'CREATED' }]);
    expect((await deployment.delete()).status).toBe('DELETE_COMPLETE');
    await deployment.advance(2 * HOUR);
    expect(deployment.copyJobs()).toMatchObject([{ state: 'COMPLETED' }]);
  });

  it('keeps the default role of a RETAIN job that still runs, though only DESTROY jobs are left in the stack, and the copy completes', async () => {
    const deployment = new Deployment();
    const scenario = { copyJobs: [{ recoveryPointArn: A, runningSeconds: 5 * HOUR }] };
    const destroyed: Build = stack => void copyJob(stack, { recoveryPointArn: B, removalPolicy: DESTROY }, 'Destroyed');
    await deployment.deploy(both(stack => void copyJob(stack, { recoveryPointArn: A, waitForCompletion: false }), destroyed), scenario);
    await deployment.deploy(destroyed, scenario);
    expect((await deployment.delete(scenario)).status).toBe('DELETE_COMPLETE');
    await deployment.advance(6 * HOUR);
    expect(deployment.copyJobs().find(({ input }) => input.RecoveryPointArn === A)).toMatchObject({ state: 'COMPLETED' });
  });

  it('has nothing to delete when its copy is gone already', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    await deployment.advance(400 * 24 * HOUR);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
  });
});

describe('a job that is removed from its stack', () => {
  const d = copyWith({ removalPolicy: DESTROY });
  const other = (removalPolicy: RemovalPolicy): Build => stack =>
    copyWith({ removalPolicy, recoveryPointArn: B, destinationBackupVault: vault(stack, FRANKFURT) }, 'Other')(stack);

  it.each<[string, Build, Build, string[]]>([
    ['the only job, under DESTROY', both(d, nothing), nothing, []],
    ['the only job, under RETAIN', both(withPolicy(RETAIN), nothing), nothing, [A]],
    ['one of two under DESTROY', both(d, other(DESTROY)), other(DESTROY), [B]],
    ['one under DESTROY beside one under RETAIN', both(d, other(RETAIN)), other(RETAIN), [B]],
    ['one under RETAIN beside one under DESTROY', both(withPolicy(RETAIN), other(DESTROY)), other(DESTROY), [A, B]],
  ])('is deleted or kept with the permission for it: %s', async (_, before, after, left) => {
    const deployment = new Deployment();
    const created = await deployment.deploy(before);
    expect(created.status).toBe('CREATE_COMPLETE');
    const updated = await deployment.deploy(after);
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(updated.events.filter(({ status }) => status.endsWith('_FAILED'))).toEqual([]);
    expect(copied(updated)).toEqual(left);
  });
});

describe('a copy under DESTROY that cannot be deleted', () => {
  it.each<[string, object, RegExp]>([
    ['the vault is locked', { vaults: [{ arn: DR, locked: true }] }, /Lock/],
    ['there is a legal hold', { vaults: [{ arn: DR, legalHold: true }] }, /legal hold/],
    ['it becomes EXPIRED', { vaults: [{ arn: DR, deletionExpires: true }] }, /EXPIRED.*iam:CreateServiceLinkedRole/],
    ['the vault is gone', { missingVaults: [DR] }, /vault/],
    ['access is denied', { faults: [{ operation: 'DeleteRecoveryPoint', kind: 'accessDenied' }] }, /AccessDenied/],
  ])('is a clear error with the way out: %s', async (_, scenario, reason) => {
    const deployment = new Deployment();
    const created = await deployment.deploy(withPolicy(DESTROY));
    const failed = await deployment.delete(scenario);
    expect(failed.status).toBe('DELETE_FAILED');
    expect(failureReason(failed)).toMatch(reason);
    expect(failureReason(failed)).toContain(created.outputs.CopyArn);
    expect(failureReason(failed)).toMatch(/delet|remov/i);
    expect(Buffer.byteLength(failureReason(failed))).toBeLessThan(1_024);
  });

  it('is deleted when its role is back, though it had become EXPIRED', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    expect((await deployment.delete({ vaults: [{ arn: DR, deletionExpires: true }] })).status).toBe('DELETE_FAILED');
    expect(deployment.recoveryPoints().at(-1)?.status).toBe('EXPIRED');
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('is deleted in the end when its role comes back some minutes after it had become EXPIRED', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    const deleted = await deployment.delete({ faults: [{ operation: 'DeleteRecoveryPoint', kind: 'throttling', times: 3 }] });
    expect(deleted.status).toBe('DELETE_COMPLETE');
  });

  it('is deleted when the lock is off and the stack is deleted again', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    expect((await deployment.delete({ vaults: [{ arn: DR, locked: true }] })).status).toBe('DELETE_FAILED');
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('stays behind an update that replaces it, and fails nothing but its own deletion', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY));
    const updated = await deployment.deploy(stack =>
      copyWith({ removalPolicy: DESTROY, destinationBackupVault: vault(stack, FRANKFURT) })(stack), { vaults: [{ arn: DR, locked: true }] });
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(copies(updated).map(({ vaultArn }) => vaultArn)).toEqual([DR, FRANKFURT]);
    expect(updated.events.filter(({ status }) => status === 'DELETE_FAILED')).toHaveLength(1);
  });

  it('is refused before anything is copied when it would be in another account', async () => {
    await expect(new Deployment().deploy(stack => copyWith({
      removalPolicy: DESTROY, destinationBackupVault: vault(stack, OTHER_ACCOUNT),
    })(stack))).rejects.toThrow(/removalPolicy/);
  });

  it('in another account is refused when the policy changes to DESTROY, where the account is known only at deployment', async () => {
    const deployment = new Deployment({});
    const build = (removalPolicy: RemovalPolicy): Build => stack =>
      copyWith({ removalPolicy, destinationBackupVault: vault(stack, OTHER_ACCOUNT) })(stack);
    await deployment.deploy(build(RETAIN));
    const updated = await deployment.deploy(build(DESTROY));
    expect(updated.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failures(updated)).toEqual([
      expect.stringMatching(/DESTROY, but a copy in the account 444455556666 can only be deleted there\. Nothing was done\. Use RETAIN\./),
    ]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual([A]);
  });

  it('is refused before anything is copied when the account is known only at deployment', async () => {
    const environmentAgnostic = new Deployment({});
    const ended = await environmentAgnostic.deploy((stack: Stack) =>
      void copyJob(stack, { removalPolicy: DESTROY, destinationBackupVault: vault(stack, OTHER_ACCOUNT) }));
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(ended)).toMatch(/444455556666/);
    expect(ended.copyJobs).toEqual([]);
  });
});

describe('a copy that never came to be', () => {
  it.each(POLICIES)('is no reason to fail the rollback: never started: %s', async removalPolicy => {
    const ended = await new Deployment().deploy(withPolicy(removalPolicy), { missingRecoveryPoints: [A] });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(ended.copyJobs).toEqual([]);
    expect(ended.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });

  it.each(['FAILED', 'ABORTED'])('is no reason to fail the rollback under DESTROY: %s', async endState => {
    const ended = await new Deployment().deploy(withPolicy(DESTROY), { copyJobs: [{ endState }] });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });

  it('is no reason to fail the rollback under DESTROY when its id is one that CloudFormation made up', async () => {
    const ended = await new Deployment().deploy(besideNeighbour(withPolicy(DESTROY)), {
      copyJobs: [{ runningSeconds: 2 * HOUR }], failResources: [{ resource: 'Stack/Neighbour', afterSeconds: 20 * MINUTE }],
    });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(ended.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });
});

describe('a stack under DESTROY that is deleted while its job runs', () => {
  it('waits for the job, then says to delete again, and is deleted the second time', async () => {
    const deployment = new Deployment();
    // The copy times out, and CloudFormation never hears how its rollback went: so the stack stays, with a job that runs.
    const stuck = await deployment.deploy(withPolicy(DESTROY), {
      copyJobs: [{ runningSeconds: 200 * MINUTE }],
      faults: [{ service: 'response-url', operation: 'Respond', kind: 'dropBeforeServing', skip: 1 }],
    });
    expect(stuck.status).toBe('ROLLBACK_FAILED');
    const first = await deployment.delete();
    expect(first.status).toBe('DELETE_FAILED');
    expect(failureReason(first)).toMatch(new RegExp(`${first.copyJobs[0].copyJobId} still runs.*delete again`, 'i'));
    expect(longestOperationSeconds(first)).toBeGreaterThan(50 * MINUTE);
    expect(longestOperationSeconds(first)).toBeLessThan(HOUR);
    expect(first.calls.backup.DeleteRecoveryPoint).toBeUndefined();
    const second = await deployment.delete();
    expect(second.status).toBe('DELETE_COMPLETE');
    expect(second.copyJobs).toMatchObject([{ state: 'COMPLETED' }]);
    expect(copies(second)).toEqual([]);
  });

  it('says which job it was when AWS Backup has forgotten it', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withPolicy(DESTROY), {
      copyJobs: [{ runningSeconds: 130 * MINUTE }],
      faults: [{ service: 'response-url', operation: 'Respond', kind: 'dropBeforeServing', skip: 1 }],
    });
    await deployment.advance(HOUR);
    const failed = await deployment.delete(FORGOTTEN);
    expect(failed.status).toBe('DELETE_FAILED');
    expect(failureReason(failed)).toMatch(new RegExp(`forgotten copy job ${failed.copyJobs[0].copyJobId}`));
    expect(copied(failed)).toEqual([A]);
  });
});
