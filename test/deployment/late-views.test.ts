import { Duration } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { Deployment } from './deployment';
import { copied, copies, copyWith, DESTROY, POLICIES } from './stories';

/** CloudFormation shows its resources half a minute late: nothing is taken for done because of that. */
const LATE = { resourceLagSeconds: 30 };

describe.each(POLICIES)('a CloudFormation that shows its resources late, under %s', removalPolicy => {
  it('delays the change of a lifecycle', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy }), LATE);
    const changed = await deployment.deploy(copyWith({ removalPolicy, deleteAfter: Duration.days(30) }), LATE);
    expect(changed.status).toBe('UPDATE_COMPLETE');
    expect(copies(changed)).toMatchObject([{ lifecycle: { DeleteAfterDays: 30 } }]);
  });

  it('delays the change of the lifecycle of a long copy, and makes no other copy', async () => {
    const deployment = new Deployment();
    const long = { removalPolicy, timeout: Duration.hours(3) };
    await deployment.deploy(copyWith(long), LATE);
    const changed = await deployment.deploy(copyWith({ ...long, deleteAfter: Duration.days(30) }), LATE);
    expect(changed.status).toBe('UPDATE_COMPLETE');
    expect(changed.copyJobs).toHaveLength(1);
    expect(copies(changed)).toMatchObject([{ lifecycle: { DeleteAfterDays: 30 } }]);
  });

  it('does not let a timeout be raised to another copy', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy }), LATE);
    const raised = await deployment.deploy(copyWith({ removalPolicy, timeout: Duration.hours(3) }), LATE);
    expect(raised.status).toBe('UPDATE_COMPLETE');
    expect(raised.copyJobs).toHaveLength(1);
  });
});

describe('a CloudFormation that shows its resources late', () => {
  it('delays the deletion of a stack\'s copy', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }), LATE);
    const deleted = await deployment.delete(LATE);
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual([]);
  });

  it('delays the deletion of a copy that is removed from its stack', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }), LATE);
    const removed = await deployment.deploy(stack => void new CfnTopic(stack, 'Topic'), LATE);
    expect(removed.status).toBe('UPDATE_COMPLETE');
    expect(copied(removed)).toEqual([]);
  });
});
