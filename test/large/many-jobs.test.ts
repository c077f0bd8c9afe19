import { Deployment, failureReason } from '../deployment/deployment';
import { copied, HOUR, jobs, longestOperationSeconds } from '../deployment/stories';

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
