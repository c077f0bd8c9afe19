import { Deployment, failureReason } from '../deployment/deployment';
import { besideNeighbour, copied, DESTROY, HOUR, jobs, longestOperationSeconds, snapshot } from '../deployment/stories';

describe('400 jobs in one stack', () => {
  it.each([['without', false], ['with', true]])('copy each once, though AWS Backup starts five a second and runs 100 at a time: %s minimized policies', async (_, minimized) => {
    const ended = await new Deployment().deploy(stack => {
      stack.node.setContext('@aws-cdk/aws-iam:minimizePolicies', minimized);
      jobs(400)(stack);
    }, { copyJobs: [{ runningSeconds: 120 }], startCopyJobPerSecond: 5, concurrentCopyJobs: 100, lambdaConcurrency: 1_000 });
    expect(failureReason(ended)).toBe('');
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(400);
    expect(new Set(copied(ended)).size).toBe(400);
    expect(ended.calls.backup.StartCopyJob.accepted).toBe(400);
    expect(ended.calls.backup.StartCopyJob.rejected).toBeGreaterThan(0);
    expect(ended.calls.lambda.Invoke.rejected).toBe(0);
    expect(longestOperationSeconds(ended)).toBeLessThan(HOUR);
  });
});

describe('forty jobs in one stack', () => {
  it('are all copied when AWS Backup has no room for a while', async () => {
    const ended = await new Deployment().deploy(jobs(40), {
      concurrentCopyJobs: 10, faults: [{ operation: 'StartCopyJob', kind: 'limitExceeded', rate: 0.5, forSeconds: 300 }],
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(40);
  });

  it('are all deleted under DESTROY', async () => {
    const deployment = new Deployment();
    await deployment.deploy(jobs(40, { removalPolicy: DESTROY }));
    const deleted = await deployment.delete({ faults: [{ operation: 'DeleteRecoveryPoint', kind: 'throttling', rate: 0.3 }] });
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual([]);
  });

  it('are taken over by the next deployment when one of them fails: no copy is made twice', async () => {
    const deployment = new Deployment();
    const returnFirst = { idempotency: { otherParameters: 'returnFirst' } };
    const first = await deployment.deploy(jobs(40), {
      ...returnFirst, copyJobs: [{ recoveryPointArn: snapshot(7), endState: 'FAILED', runningSeconds: 60 }],
    });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(besideNeighbour(jobs(40)), returnFirst);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(41);
    expect(new Set(copied(second)).size).toBe(40);
  });
});
