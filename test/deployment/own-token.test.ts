import { CfnResource, Duration } from 'aws-cdk-lib';
import { copyJob, Deployment, failureReason } from './deployment';
import { B, copies, copyWith, NEIGHBOUR_FAILS, thenNeighbour } from './stories';

describe('a token of the user\'s own', () => {
  const token = copyWith({ idempotencyToken: 'mine' });

  it('is refused at synthesis on a second construct', async () => {
    await expect(new Deployment().deploy(stack => {
      copyJob(stack, { idempotencyToken: 'mine' });
      copyJob(stack, { idempotencyToken: 'mine', recoveryPointArn: B }, 'Second');
    })).rejects.toThrow(/Stack\/Second.*idempotencyToken.*Stack\/Copy/s);
  });

  it('is sent as it is, and takes over the copy that it names', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(thenNeighbour(token), NEIGHBOUR_FAILS);
    expect(first.copyJobs).toMatchObject([{ input: { IdempotencyToken: 'mine' } }]);
    const second = await deployment.deploy(thenNeighbour(token));
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it.each([undefined, Duration.days(30)])('keeps the longer life that another stack gave the copy, asked for %s', async deleteAfter => {
    const mine = { idempotencyToken: 'mine', deleteAfter };
    const deployment = new Deployment();
    const scenario = { idempotency: { otherParameters: 'returnFirst' } };
    await deployment.deploy(copyWith(mine), scenario, { stackName: 'Two' });
    const one = copyWith({ ...mine, timeout: Duration.hours(3) });
    if (deleteAfter) await deployment.deploy(one, scenario, { stackName: 'One' });
    await deployment.deploy(copyWith({ ...mine, deleteAfter: Duration.days(400) }), scenario, { stackName: 'Two' });
    const moved = await deployment.deploy(stack => {
      one(stack);
      if (deleteAfter) (stack.node.findChild('Copy').node.defaultChild as CfnResource).overrideLogicalId('Renamed');
    }, scenario, { stackName: 'One' });
    expect(moved.status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    expect(copies(moved)).toMatchObject([{ lifecycle: { DeleteAfterDays: 400 } }]);
  });

  it('is a clear error when its job failed', async () => {
    const deployment = new Deployment();
    const failed = { copyJobs: [{ endState: 'FAILED', statusMessage: 'Access Denied trying to call AWS Backup service' }] };
    await deployment.deploy(token, failed);
    const second = await deployment.deploy(token);
    expect(second.status).toBe('ROLLBACK_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(failureReason(second)).toMatch(/idempotencyToken/);
    expect(failureReason(second)).toContain(second.copyJobs[0].copyJobId);
    expect(failureReason(second)).toMatch(/Access Denied trying to call AWS Backup service/);
  });

  it.each(['returnFirst', 'refuse'])('is a clear error when it names another copy, which AWS Backup may %s', async otherParameters => {
    const deployment = new Deployment();
    await deployment.deploy(token);
    await deployment.delete();
    const second = await deployment.deploy(copyWith({ idempotencyToken: 'mine', recoveryPointArn: B }), { idempotency: { otherParameters } });
    expect(second.status).toBe('ROLLBACK_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(failureReason(second)).toMatch(/token/i);
    if (otherParameters === 'returnFirst') expect(failureReason(second)).toContain(second.copyJobs[0].copyJobId);
  });

  it('asks for a copy once more by another value, and keeps the first', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(token);
    const second = await deployment.deploy(copyWith({ idempotencyToken: 'mine-2' }));
    expect(second.status).toBe('UPDATE_COMPLETE');
    expect(copies(second).map(({ arn }) => arn)).toEqual([first.outputs.CopyArn, second.outputs.CopyArn]);
  });
});
