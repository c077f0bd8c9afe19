import { Deployment, failureReason } from './deployment';
import { A, copies, copyWith, DESTROY, HOUR, longestOperationSeconds, MINUTE, POLICIES } from './stories';

describe('a deployment that times out', () => {
  it.each(POLICIES)('is complete at the second: a job of 90 minutes, 55 at a time: %s', async removalPolicy => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }] };
    const first = await deployment.deploy(copyWith({ removalPolicy }), long);
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(first)).toMatch(new RegExp(`Copy job ${first.copyJobs[0].copyJobId} is still RUNNING, 55 minutes after it was created`));
    expect(longestOperationSeconds(first)).toBeLessThan(HOUR);
    const second = await deployment.deploy(copyWith({ removalPolicy }), long);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(copies(second)).toMatchObject([{ of: A, arn: second.outputs.CopyArn }]);
  });

  it('is complete at the second with the default role, which was made anew with the stack', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }], idempotency: { otherParameters: 'returnFirst' } };
    const build = copyWith({ role: undefined });
    expect((await deployment.deploy(build, long)).status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(build, long);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it('is complete at the second under DESTROY with the default role, which the rollback keeps for the copy', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }], idempotency: { otherParameters: 'returnFirst' }, deletedCopyRole: 'fails' };
    const build = copyWith({ role: undefined, removalPolicy: DESTROY });
    expect((await deployment.deploy(build, long)).status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(build, long);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it.each(POLICIES)('is complete at the fourth: a job of 200 minutes: %s', async removalPolicy => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 200 * MINUTE }] };
    const statuses: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { status, copyJobs } = await deployment.deploy(copyWith({ removalPolicy }), long);
      statuses.push(status);
      expect(copyJobs).toHaveLength(1);
    }
    expect(statuses).toEqual(['ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'CREATE_COMPLETE']);
  });

  it('leaves a copy to the next deployment under DESTROY, which deletes it with its stack', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }] };
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }), long);
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }), long);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(deleted.copyJobs).toHaveLength(1);
    expect(copies(deleted)).toEqual([]);
  });
});
