import { Deployment, failureReason } from './deployment';
import { copied, jobs } from './stories';

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
