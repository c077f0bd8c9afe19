import { Duration } from 'aws-cdk-lib';
import { Deployment } from './deployment';
import { A, B, copied, copies, copyWith, heldArns, idOf, MINUTE, NEIGHBOUR_FAILS, POLICIES, RETAIN, thenNeighbour } from './stories';
import { Ended } from '../../simulator/simulation';

/*
 * `cdk deploy --no-rollback`: what failed stays as it is, and the next deployment goes on from there.
 */

const KEPT = { noRollback: true };
const FAILS = { endState: 'FAILED', statusMessage: 'Access Denied trying to call AWS Backup service' };

describe.each(['deletedFirst', 'cleanedUp'])('a creation that is kept as it failed (what failed is %s)', failedCreations => {
  const stacks = { failedCreations };

  it.each(POLICIES.flatMap(policy => [{ policy, response: {} }, { policy, response: { CompletionDate: null } }]))(
    'after a leg of a job that failed then: the next deployment copies anew, under $policy (AWS Backup tells: $response)', async ({ policy: removalPolicy, response }) => {
      const deployment = new Deployment();
      const build = copyWith({ removalPolicy, timeout: Duration.hours(2) });
      const failed = await deployment.deploy(build, { copyJobs: [{ ...FAILS, runningSeconds: 70 * MINUTE, response }] }, KEPT);
      expect(failed.status).toBe('CREATE_FAILED');
      const mended = await deployment.deploy(build, { stacks });
      expect(mended.status).toBe('UPDATE_COMPLETE');
      expect(mended.copyJobs).toMatchObject([{ state: 'FAILED' }, { state: 'COMPLETED' }]);
      expect(copies(mended)).toMatchObject([{ of: A, arn: mended.outputs.CopyArn }]);
    });

  it.each(POLICIES)('of a job that goes on: the next deployment takes it over, under %s', async removalPolicy => {
    const deployment = new Deployment();
    const build = copyWith({ removalPolicy });
    const scenario = { copyJobs: [{ runningSeconds: 90 * MINUTE }], stacks };
    const failed = await deployment.deploy(build, scenario, KEPT);
    expect(failed.status).toBe('CREATE_FAILED');
    const again = await deployment.deploy(build, scenario);
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(1);
    expect(copies(again).map(({ arn }) => arn)).toEqual(heldArns(again));
  });
});

const REVERTS = ['never', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS'].flatMap(keptReverts =>
  ['asked', 'stable'].flatMap(failedUpdates => POLICIES.map(removalPolicy => ({ keptReverts, failedUpdates, removalPolicy }))));

describe.each(REVERTS)('an update that is kept as it failed (reverts: $keptReverts, old properties: $failedUpdates), under $removalPolicy', ({ removalPolicy, ...stacks }) => {
  it('of a copy that failed: the next deployment copies anew, and what was before is kept until then', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const failed = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), { copyJobs: [FAILS], stacks }, KEPT);
    expect(failed.status).toBe('UPDATE_FAILED');
    expect(copies(failed)).toEqual(copies(before));
    if (stacks.keptReverts !== 'never') expect(idOf(failed)).toBe(idOf(before));
    const mended = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), { stacks });
    expect(mended.status).toBe('UPDATE_COMPLETE');
    expect(mended.copyJobs).toHaveLength(3);
    expect(copies(mended).at(-1)).toMatchObject({ of: B, arn: mended.outputs.CopyArn });
  });

  it('and is taken back: id, ARN and copy are as before', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), { copyJobs: [FAILS], stacks }, KEPT);
    const back = await deployment.rollBack();
    expect(back.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(idOf(back)).toBe(idOf(before));
    expect(back.outputs).toEqual(before.outputs);
    expect(copied(back)).toEqual([A]);
  });
});

describe('a request that is made again under the RequestId of the one that failed', () => {
  const requestIds = ({ logs }: Ended) => new Set(logs.filter(line => line.startsWith('{"step":"on-event"')).map(line => (JSON.parse(line) as { requestId: string }).requestId));

  it('is waited for', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const failed = await deployment.deploy(copyWith({ recoveryPointArn: B }), { copyJobs: [FAILS] }, KEPT);
    const again = await deployment.deploy(copyWith({ recoveryPointArn: B }));
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(requestIds(again)).toEqual(requestIds(failed));
    expect(copied(again)).toEqual([A, B]);
  });
});

describe('a lifecycle whose change failed, and is asked for again', () => {
  it('is written, though CloudFormation sends the same properties as old and new', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const change = copyWith({ deleteAfter: Duration.days(30) });
    const failed = await deployment.deploy(change, { faults: [{ operation: 'UpdateRecoveryPointLifecycle', kind: 'accessDenied' }] }, KEPT);
    expect(failed.status).toBe('UPDATE_FAILED');
    const again = await deployment.deploy(change);
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(copies(again)).toMatchObject([{ lifecycle: { DeleteAfterDays: 30 } }]);
  });
});

describe('a copy that another update replaces, after its lifecycle was changed in one that is kept as it failed', () => {
  const shortened = copyWith({ deleteAfter: Duration.days(30) });

  it('lives as long as before when all is rolled back', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const kept = await deployment.deploy(thenNeighbour(shortened), NEIGHBOUR_FAILS, KEPT);
    expect(copies(kept)).toMatchObject([{ lifecycle: { DeleteAfterDays: 30 } }]);
    const back = await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })), { copyJobs: [FAILS], stacks: { failedUpdates: 'stable' } });
    expect(back.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(idOf(back)).toBe(idOf(before));
    expect(copies(back)).toEqual(copies(before));
  });

  it('keeps the longer life', async () => {
    const deployment = new Deployment();
    await deployment.deploy(shortened);
    await deployment.deploy(thenNeighbour(copyWith({ deleteAfter: Duration.days(400) })), NEIGHBOUR_FAILS, KEPT);
    const back = await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })), { copyJobs: [FAILS], stacks: { failedUpdates: 'stable' } });
    expect(back.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(copies(back)).toMatchObject([{ lifecycle: { DeleteAfterDays: 400 } }]);
  });

  it('gets the lifecycle with which it is asked for again', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(shortened);
    await deployment.deploy(copyWith({ recoveryPointArn: B }), { copyJobs: [FAILS], stacks: { keptReverts: 'never' } }, KEPT);
    const again = await deployment.deploy(copyWith({ deleteAfter: Duration.days(60) }));
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(idOf(again)).toBe(idOf(before));
    expect(copies(again)).toMatchObject([{ of: A, lifecycle: { DeleteAfterDays: 60 } }]);
  });
});

describe('a rollback that goes on past the copy', () => {
  it('leaves a resource whose copy the next deployment finds', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: RETAIN }));
    // Nobody hears of the rollback's update.
    const stuck = await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })), {
      ...NEIGHBOUR_FAILS, faults: [{ service: 'cloudformation', operation: 'DescribeStacks', kind: 'accessDenied', skip: 1 }],
    });
    expect(stuck.status).toBe('UPDATE_ROLLBACK_FAILED');
    const back = await deployment.rollBack(['Stack/Copy']);
    expect(back.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const again = await deployment.deploy(copyWith({ recoveryPointArn: B }));
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(copies(again).map(({ arn }) => arn)).toEqual(expect.arrayContaining(heldArns(again)));
    expect(copied(again).at(-1)).toBe(B);
  });
});
