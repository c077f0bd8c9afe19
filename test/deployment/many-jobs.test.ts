import { Deployment, failureReason } from './deployment';
import { besideNeighbour, copied, DESTROY, jobs, snapshot } from './stories';

describe('nine jobs in one stack', () => {
  it('are all copied in a new account, where Lambda runs ten functions at a time', async () => {
    const ended = await new Deployment().deploy(jobs(9), { lambdaConcurrency: 10 });
    expect(failureReason(ended)).toBe('');
    expect(new Set(copied(ended)).size).toBe(9);
    expect(ended.calls.lambda.Invoke.rejected).toBeGreaterThan(0);
  });

  it('are all copied one after the other, where they wait for one another and Lambda runs only two at a time', async () => {
    const ended = await new Deployment().deploy(stack => {
      jobs(9)(stack);
      for (let n = 1; n < 9; n++) stack.node.findChild(`Copy${n}`).node.addDependency(stack.node.findChild(`Copy${n - 1}`));
    }, { lambdaConcurrency: 2 });
    expect(failureReason(ended)).toBe('');
    expect(new Set(copied(ended)).size).toBe(9);
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
