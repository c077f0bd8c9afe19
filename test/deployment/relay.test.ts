import { CfnCondition, CfnResource, Duration, Fn, Stack } from 'aws-cdk-lib';
import { copyJob, Deployment, failureReason, JOB_TYPE } from './deployment';
import {
  A, B, Build, copied, copies, copyWith as copyAtOnce, DESTROY, FORGOTTEN, HOUR, idOf, longestOperationSeconds, MINUTE, NEIGHBOUR_FAILS,
  ownRole, POLICIES, RETAIN, thenNeighbour,
} from './stories';
import { Ended } from '../../simulator/simulation';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';

/** Hours take half as many looks by it. */
const copyWith = (props: Partial<OneTimeCopyJobProps> = {}): Build => stack => {
  OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.minutes(1) });
  copyAtOnce(props)(stack);
};

const LEG_TYPE = 'Custom::AWSBackupOneTimeCopyJobLeg';
const hours = (timeout: number) => Duration.hours(timeout);

/** How a custom resource type's operations went, in order. */
function ends({ events }: Ended, type: string): string[] {
  return events.filter(event => event.type === type && !event.status.endsWith('_IN_PROGRESS')).map(({ status }) => status);
}

describe('a copy of hours', () => {
  it('is waited for by legs before the copy, none of which takes longer than CloudFormation allows', async () => {
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(8) }), { copyJobs: [{ runningSeconds: 6 * HOUR }] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.outputs.CopyArn).toBe(ended.copyJobs[0].destinationRecoveryPointArn);
    expect(ends(ended, LEG_TYPE)).toEqual(Array(8).fill('CREATE_COMPLETE'));
    expect(ends(ended, JOB_TYPE)).toEqual(['CREATE_COMPLETE']);
    expect(longestOperationSeconds(ended)).toBeGreaterThan(50 * MINUTE);
    expect(longestOperationSeconds(ended)).toBeLessThan(HOUR);
    expect(ended.calls.backup.StartCopyJob.accepted).toBe(1);
  });

  it('survives the two hours in which AWS Backup may keep a job in CREATED', async () => {
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(4) }), { copyJobs: [{ createdSeconds: 2 * HOUR, runningSeconds: HOUR }] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(longestOperationSeconds(ended)).toBeLessThan(HOUR);
  });

  it('that ends early ends the legs that are left at their first poll', async () => {
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(24) }), { copyJobs: [{ runningSeconds: 10 * MINUTE }] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ends(ended, LEG_TYPE)).toHaveLength(26);
    expect(ended.simulatedSeconds).toBeLessThan(20 * MINUTE);
  });

  it('is one leg up to 55 minutes, and has all of a longer time', async () => {
    const justOne = await new Deployment().deploy(copyWith({ timeout: Duration.minutes(55) }), { copyJobs: [{ runningSeconds: 54 * MINUTE }] });
    expect(justOne.status).toBe('CREATE_COMPLETE');
    expect(ends(justOne, LEG_TYPE)).toEqual([]);
    const justTwo = await new Deployment().deploy(copyWith({ timeout: Duration.minutes(56) }), { copyJobs: [{ runningSeconds: 55 * MINUTE }] });
    expect(justTwo.status).toBe('CREATE_COMPLETE');
    expect(ends(justTwo, LEG_TYPE)).toEqual(['CREATE_COMPLETE']);
  });

  it.each(POLICIES)('that fails in a later leg fails the deployment with the words of AWS Backup: %s', async removalPolicy => {
    const ended = await new Deployment().deploy(copyWith({ removalPolicy, timeout: hours(8) }), {
      copyJobs: [{ runningSeconds: 3 * HOUR, endState: 'FAILED', statusMessage: 'Given key ID is not accessible' }],
    });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(ended)).toMatch(new RegExp(`Copy job ${ended.copyJobs[0].copyJobId} ended FAILED.*Given key ID is not accessible`));
    expect(ended.events.filter(({ status, type }) => status === 'CREATE_FAILED' && type.startsWith('Custom::'))).toHaveLength(1);
    expect(ended.copyJobs).toHaveLength(1);
  });

  it('that outlasts the last share fails with what to do, and goes on', async () => {
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(3) }), { copyJobs: [{ runningSeconds: 5 * HOUR }] });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    const reason = failureReason(ended);
    expect(reason).toContain(ended.copyJobs[0].copyJobId);
    expect(reason).toMatch(/RUNNING/);
    expect(reason).toMatch(/18\d minutes after it was created/);
    expect(reason).toMatch(/goes on/);
    expect(reason).toMatch(/deploy again/);
    expect(reason).toMatch(/timeout/);
    expect(Buffer.byteLength(reason)).toBeLessThan(1_024);
    expect(ended.copyJobs).toMatchObject([{ state: 'RUNNING' }]);
    expect(longestOperationSeconds(ended)).toBeLessThan(HOUR);
  });

  it.each(POLICIES)('is taken over by the next deployment, which waits anew: %s', async removalPolicy => {
    const deployment = new Deployment();
    const build = copyWith({ removalPolicy, timeout: hours(3) });
    const long = { copyJobs: [{ runningSeconds: 5 * HOUR }] };
    expect((await deployment.deploy(build, long)).status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(build, long);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(copies(second)).toMatchObject([{ of: A, arn: second.outputs.CopyArn }]);
    expect(longestOperationSeconds(second)).toBeLessThan(HOUR);
  });

  it('of another recovery point than before is waited for by the legs that are there, and deletes the old copy under DESTROY', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 3 * HOUR }] };
    await deployment.deploy(copyWith({ removalPolicy: DESTROY, timeout: hours(4) }), long);
    const changed = await deployment.deploy(copyWith({ removalPolicy: DESTROY, timeout: hours(4), recoveryPointArn: B }), long);
    expect(changed.status).toBe('UPDATE_COMPLETE');
    expect(changed.copyJobs).toHaveLength(2);
    expect(copies(changed)).toMatchObject([{ of: B, arn: changed.outputs.CopyArn }]);
    expect(longestOperationSeconds(changed)).toBeLessThan(HOUR);
  });

  it.each(POLICIES)('is rolled back through its legs to the copy before: %s', async removalPolicy => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 3 * HOUR }] };
    const before = await deployment.deploy(copyWith({ removalPolicy, timeout: hours(4) }), long);
    const after = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy, timeout: hours(4), recoveryPointArn: B })), {
      ...long, ...NEIGHBOUR_FAILS,
    });
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.copyJobs).toHaveLength(2);
    expect(idOf(after)).toBe(idOf(before));
    expect(after.outputs).toEqual(before.outputs);
    expect(copied(after)).toEqual(removalPolicy === RETAIN ? [A, B] : [A]);
  });

  it('is followed though its legs meet every fault', async () => {
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(4) }), {
      copyJobs: [{ runningSeconds: 3 * HOUR }],
      faults: [
        { operation: 'StartCopyJob', kind: 'dropAfterServing', times: 2 },
        { operation: 'DescribeCopyJob', kind: 'throttling', rate: 0.3 },
        { operation: 'DescribeCopyJob', kind: 'serviceUnavailable', rate: 0.3 },
      ],
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(longestOperationSeconds(ended)).toBeLessThan(HOUR);
  });
});

describe('a timeout that is raised and lowered', () => {
  it.each(POLICIES)('copies and deletes nothing, though AWS Backup has forgotten the job: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    for (const timeout of [hours(8), hours(2), Duration.minutes(55), hours(3)]) {
      const after = await deployment.deploy(copyWith({ removalPolicy, timeout }), FORGOTTEN);
      expect(after.status).toBe('UPDATE_COMPLETE');
      expect(after.copyJobs).toHaveLength(1);
      expect(after.outputs).toEqual(before.outputs);
      expect(idOf(after)).toBe(idOf(before));
      expect(copies(after)).toEqual(copies(before));
      expect(after.calls.backup?.StartCopyJob).toBeUndefined();
      expect(after.calls.backup?.DeleteRecoveryPoint).toBeUndefined();
      expect(after.simulatedSeconds).toBeLessThan(20 * MINUTE);
    }
  });

  it.each(POLICIES)('together with another recovery point copies that: %s', async removalPolicy => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy }));
    const raised = await deployment.deploy(copyWith({ removalPolicy, timeout: hours(3), recoveryPointArn: B }), {
      copyJobs: [{ runningSeconds: 2 * HOUR }],
    });
    expect(raised.status).toBe('UPDATE_COMPLETE');
    expect(raised.copyJobs).toHaveLength(2);
    expect(copied(raised)).toEqual(removalPolicy === RETAIN ? [A, B] : [B]);
    const lowered = await deployment.deploy(copyWith({ removalPolicy }));
    expect(lowered.status).toBe('UPDATE_COMPLETE');
    expect(lowered.outputs.CopyArn).toBe(copies(lowered).find(({ of }) => of === A)!.arn);
    expect(copied(lowered)).toEqual(removalPolicy === RETAIN ? [A, B] : [A]);
  });

  it.each(POLICIES)('together with another recovery point is rolled back to the copy before: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const after = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy, timeout: hours(3), recoveryPointArn: B })), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.copyJobs).toHaveLength(2);
    expect(idOf(after)).toBe(idOf(before));
    expect(copied(after)).toEqual(removalPolicy === RETAIN ? [A, B] : [A]);
  });

  it('is what a deployment that timed out is tried again with: the job is taken over', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 4 * HOUR }] };
    const first = await deployment.deploy(copyWith(), long);
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(copyWith({ timeout: hours(5) }), long);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it.each(POLICIES)('and the stack deleted: the legs delete nothing, the copy goes by its policy: %s', async removalPolicy => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy, timeout: hours(3) }));
    const lowered = await deployment.deploy(copyWith({ removalPolicy }));
    expect(copied(lowered)).toEqual([A]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual(removalPolicy === RETAIN ? [A] : []);
  });
});

describe('a job that ends between two legs', () => {
  // The answer of a leg gets through late.
  const faults = [{ service: 'response-url', operation: 'Respond', kind: 'connectionRefused', times: 3 }];
  const ending = (end: object) => ({ faults, copyJobs: [{ createdSeconds: 0, runningSeconds: 2_411, times: 1, ...end }, {}] });

  it.each(['FAILED', 'ABORTED', 'PARTIAL'])('fails the deployment when it ends %s: nothing is copied a second time', async endState => {
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(2) }), ending({ endState, statusMessage: 'stopped' }));
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(failureReason(ended)).toMatch(new RegExp(`ended ${endState}`));
  });

  it('is the copy when it completes, though AWS Backup denies for minutes that there is one', async () => {
    const { faults: [late], copyJobs } = ending({});
    const ended = await new Deployment().deploy(copyWith({ timeout: hours(2) }), {
      copyJobs, faults: [late, { operation: 'DescribeRecoveryPoint', kind: 'notFound', forSeconds: 1 * HOUR }],
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
  });
});

describe('an escape hatch', () => {
  const escaping = (escape: (resource: CfnResource, stack: Stack) => void, props: Partial<OneTimeCopyJobProps> = {}) => (stack: Stack) => {
    const job = copyJob(stack, { role: ownRole(stack), timeout: hours(3), ...props });
    escape(job.node.defaultChild as CfnResource, stack);
    new CfnResource(stack, 'Other', { type: 'AWS::SNS::Topic' });
  };
  const lifecycles = (ended: Ended) => copies(ended).map(({ lifecycle }) => lifecycle.DeleteAfterDays);

  it('that changes the lifecycle of the copy alone is heard, though a leg started it with another', async () => {
    const ended = await new Deployment().deploy(
      escaping(resource => resource.addPropertyOverride('Lifecycle.DeleteAfterDays', 365), { deleteAfter: Duration.days(30) }));
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(lifecycles(ended)).toEqual([365]);
  });

  it.each([['a', 0], ['b', 1]])('that gives the copy a condition gives it to its legs: a = %s', async (a, count) => {
    const ended = await new Deployment().deploy(escaping((resource, stack) => {
      resource.cfnOptions.condition = new CfnCondition(stack, 'If', { expression: Fn.conditionEquals(a, 'b') });
    }));
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(count);
  });

  it('that gives every resource a condition, as an aspect may, is the copy\'s, too', async () => {
    const ended = await new Deployment().deploy(stack => {
      escaping(() => undefined)(stack);
      const never = new CfnCondition(stack, 'Never', { expression: Fn.conditionEquals('a', 'b') });
      stack.node.findChild('Copy').node.findAll().filter(CfnResource.isCfnResource).forEach(resource => resource.cfnOptions.condition = never);
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toEqual([]);
  });

  it('that leaves out every part of the lifecycle leaves it to AWS Backup', async () => {
    const ended = await new Deployment().deploy(
      escaping(resource => resource.addPropertyOverride('Lifecycle.DeleteAfterDays', { Ref: 'AWS::NoValue' }), { timeout: undefined, deleteAfter: Duration.days(30) }));
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs[0].input.Lifecycle).toBeUndefined();
  });
});

it('a long timeout costs one resource a leg and nothing else', async () => {
  const ended = await new Deployment().deploy(stack => void copyJob(stack, { timeout: hours(2) }));
  expect(ended.status).toBe('CREATE_COMPLETE');
  expect(ends(ended, LEG_TYPE)).toHaveLength(2);
  expect(ended.copyJobs).toHaveLength(1);
});
