import { Duration } from 'aws-cdk-lib';
import { copyJob, Deployment, failureReason, JOB_TYPE } from './deployment';
import {
  A, B, besideNeighbour, Build, C, copied, copies, Copy, copyWith, DESTROY, DR, FORGOTTEN, FRANKFURT, HOUR, longestOperationSeconds, MINUTE,
  NEIGHBOUR_FAILS, POLICIES, RETAIN, thenNeighbour, vault,
} from './stories';
import { Ended } from '../../simulator/simulation';

/** The times that Lambda was given the requests of that kind, its own retries apart. */
function deliveries(deployment: Deployment, requestType: string): number[] {
  return deployment.requests().filter(request => request.requestType === requestType).map(request => request.deliveries);
}

/** The reasons of the copy's own failures. */
function failures({ events }: Ended): string[] {
  return events.filter(({ type, status }) => type === JOB_TYPE && status.endsWith('_FAILED')).map(({ reason }) => reason!);
}

/** AWS Backup forgets a token soon after it started a job. */
const FORGETFUL = { idempotency: { forgetAfterSeconds: 10 * MINUTE } };

/** A stack's other copy: provider and permissions are there before the copy that the story is about, and after. */
const other: Build = stack => copyWith({ destinationBackupVault: vault(stack, FRANKFURT), removalPolicy: DESTROY }, 'Other')(stack);
const withOther = (build: Build): Build => stack => {
  other(stack);
  build(stack);
};

/** The jobs that were started for the copy that the story is about. */
function jobsOf(recoveryPointArn: string, deployment: Deployment): unknown[] {
  return deployment.copyJobs().filter(({ input }) => input.RecoveryPointArn === recoveryPointArn && input.DestinationBackupVaultArn === DR);
}

/** What is there of the copy that the story is about. */
function copiesInDr(ended: Ended): Copy[] {
  return copies(ended).filter(({ vaultArn }) => vaultArn === DR);
}

describe('a Create that is delivered again', () => {
  it.each([[1], [30], [5 * MINUTE]])('after %d seconds makes no second copy', async afterSeconds => {
    const deployment = new Deployment();
    const ended = await deployment.deploy(copyWith(), { deliverAgain: [{ requestType: 'Create', afterSeconds }] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(deliveries(deployment, 'Create')).toEqual([2]);
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.outputs.CopyArn).toBe(ended.copyJobs[0].destinationRecoveryPointArn);
  });

  it.each([[5], [40], [3 * MINUTE]])('after %d seconds starts no second job for one that failed within a minute', async afterSeconds => {
    const deployment = new Deployment();
    await deployment.deploy(other);
    const ended = await deployment.deploy(withOther(copyWith()), {
      copyJobs: [{ runningSeconds: 20, endState: 'FAILED', statusMessage: 'Access Denied trying to call AWS Backup service' }],
      deliverAgain: [{ requestType: 'Create', resource: 'Stack/Copy', afterSeconds }],
    });
    await deployment.advance(HOUR);
    expect(ended.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(deliveries(deployment, 'Create')).toEqual([1, 2]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
    expect(failures(ended)).toEqual([expect.stringMatching(/ended FAILED: Access Denied trying to call AWS Backup service/)]);
  });

  it.each([
    [30 * MINUTE, RETAIN], [30 * MINUTE, DESTROY], [5 * HOUR, RETAIN], [5 * HOUR, DESTROY],
  ])('%d seconds later, when the job was removed, makes no copy that nobody owns: %s', async (afterSeconds, removalPolicy) => {
    const deployment = new Deployment();
    await deployment.deploy(withOther(copyWith({ removalPolicy })), {
      ...FORGETFUL, deliverAgain: [{ requestType: 'Create', resource: 'Stack/Copy', afterSeconds }],
    });
    const removed = await deployment.deploy(other, FORGETFUL);
    expect(removed.status).toBe('UPDATE_COMPLETE');
    const later = await deployment.advance(afterSeconds + HOUR);
    expect(deliveries(deployment, 'Create').sort()).toEqual([1, 2]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
    expect(copiesInDr(later).map(({ of }) => of)).toEqual(removalPolicy === RETAIN ? [A] : []);
  });

  it('when its stack is gone reaches no function', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(), { ...FORGETFUL, deliverAgain: [{ requestType: 'Create', afterSeconds: 5 * HOUR }] });
    await deployment.delete(FORGETFUL);
    await deployment.advance(6 * HOUR);
    expect(deployment.copyJobs()).toHaveLength(1);
  });
});

describe('any other request that is delivered again', () => {
  it('an Update: no second copy', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const updated = await deployment.deploy(copyWith({ recoveryPointArn: B }), { deliverAgain: [{ requestType: 'Update', afterSeconds: 20 }] });
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(deliveries(deployment, 'Update')).toEqual([2]);
    expect(updated.copyJobs).toHaveLength(2);
  });

  it('an old Update, when the stack has gone back since: nothing copied', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })), {
      ...NEIGHBOUR_FAILS, ...FORGETFUL, deliverAgain: [{ requestType: 'Update', afterSeconds: 40 * MINUTE }],
    });
    await deployment.advance(HOUR);
    expect(deliveries(deployment, 'Update')).toEqual([2, 2]);
    const again = await deployment.deploy(besideNeighbour(copyWith()));
    expect(again.copyJobs).toHaveLength(2);
    expect(copied(again)).toEqual([A, B]);
  });

  it('an old Delete, when the next deployment has taken the copy over: nothing deleted', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }] };
    const build = withOther(copyWith({ removalPolicy: DESTROY }));
    await deployment.deploy(other);
    const first = await deployment.deploy(build, { ...long, deliverAgain: [{ requestType: 'Delete', resource: 'Stack/Copy', afterSeconds: 2 * HOUR }] });
    expect(first.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const second = await deployment.deploy(build, long);
    expect(second.status).toBe('UPDATE_COMPLETE');
    const later = await deployment.advance(3 * HOUR);
    expect(deliveries(deployment, 'Delete')).toEqual([2]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
    expect(copies(later).map(({ arn }) => arn)).toContain(second.outputs.CopyArn);
  });

  it('an old Delete of a replaced copy, when a change back has made that anew: nothing deleted but what was', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    await deployment.deploy(copyWith({ removalPolicy: DESTROY, recoveryPointArn: B }), {
      deliverAgain: [{ requestType: 'Delete', afterSeconds: 2 * HOUR }],
    });
    const back = await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    const later = await deployment.advance(3 * HOUR);
    expect(deliveries(deployment, 'Delete')).toEqual([2, 1]);
    expect(copies(later)).toMatchObject([{ of: A, arn: back.outputs.CopyArn }]);
  });

  it('a Delete, at once: the copy is deleted', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    const deleted = await deployment.delete({ deliverAgain: [{ requestType: 'Delete', afterSeconds: 5 }] });
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(deliveries(deployment, 'Delete')).toEqual([2]);
    expect(copies(deleted)).toEqual([]);
  });

  it.each(['Create', 'Update', 'Delete'])('an old %s, over and over while the next operations run: nothing more is copied or deleted', async requestType => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ recoveryPointArn: A, runningSeconds: 90 * MINUTE }] };
    const everyMinute = Array.from({ length: 150 }, (_, n) => ({ requestType, resource: 'Stack/Copy', afterSeconds: n * 50 + 1 }));
    const build = (props = {}) => copyWith({ removalPolicy: DESTROY, ...props });
    await deployment.deploy(requestType === 'Update' ? withOther(build({ recoveryPointArn: B })) : other);
    await deployment.deploy(withOther(build()), { ...long, deliverAgain: everyMinute });
    const taken = await deployment.deploy(withOther(build()), long);
    expect(taken.status).toBe('UPDATE_COMPLETE');
    expect(copiesInDr(taken)).toHaveLength(1);
    const lonely = await deployment.deploy(build());
    expect(lonely.status).toBe('UPDATE_COMPLETE');
    expect(copied(lonely)).toEqual([A]);
    const failed = await deployment.deploy(thenNeighbour(build({ recoveryPointArn: C })), NEIGHBOUR_FAILS);
    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    await deployment.advance(2 * HOUR);
    const last = await deployment.deploy(besideNeighbour(build()));
    expect(copies(last)).toEqual(copies(lonely));
    expect(jobsOf(A, deployment)).toHaveLength(1);
    expect(jobsOf(C, deployment)).toHaveLength(1);
  });
});

describe('a request whose only delivery comes late', () => {
  it('half an hour: the copy is made', async () => {
    const ended = await new Deployment().deploy(copyWith(), { deliverLate: [{ requestType: 'Create', afterSeconds: 30 * MINUTE }] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
  });

  it('a Create, when CloudFormation has given up: nothing is copied', async () => {
    const deployment = new Deployment();
    await deployment.deploy(other);
    const ended = await deployment.deploy(withOther(copyWith()), {
      deliverLate: [{ requestType: 'Create', resource: 'Stack/Copy', afterSeconds: 70 * MINUTE }],
    });
    expect(ended.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    await deployment.advance(HOUR);
    expect(deliveries(deployment, 'Create')).toEqual([1, 1]);
    expect(jobsOf(A, deployment)).toEqual([]);
  });

  it('a Delete, when the next deployment has taken the copy over: nothing is deleted', async () => {
    const deployment = new Deployment();
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }] };
    const build = withOther(copyWith({ removalPolicy: DESTROY }));
    await deployment.deploy(other);
    const first = await deployment.deploy(build, { ...long, deliverLate: [{ requestType: 'Delete', resource: 'Stack/Copy', afterSeconds: 75 * MINUTE }] });
    expect(first.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const second = await deployment.deploy(build, long);
    expect(second.status).toBe('UPDATE_COMPLETE');
    const later = await deployment.advance(2 * HOUR);
    expect(deliveries(deployment, 'Delete')).toEqual([1]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
    expect(copiesInDr(later).map(({ arn }) => arn)).toEqual([second.outputs.CopyArn]);
  });
});

describe('a function that dies', () => {
  it('between StartCopyJob and its answer fails the deployment, and the next one takes the job over', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith(), { faults: [{ operation: 'StartCopyJob', kind: 'crashAfter', times: 1 }] });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(first.copyJobs).toHaveLength(1);
    const second = await deployment.deploy(copyWith());
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(second.outputs.CopyArn).toBe(second.copyJobs[0].destinationRecoveryPointArn);
  });

  it('in a poll fails the deployment, and the next one takes the job over', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith(), { faults: [{ operation: 'DescribeCopyJob', kind: 'crashAfter', times: 1, skip: 3 }] });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(copyWith());
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it.each([
    ['after the handler has started the job', { service: 'lambda', operation: 'Invoke', kind: 'crashAfter', times: 1 }],
    ['before the waiter starts', { service: 'states', operation: 'StartExecution', kind: 'crashBefore', times: 1 }],
    ['when the waiter has started', { service: 'states', operation: 'StartExecution', kind: 'crashAfter', times: 1 }],
  ])('in the framework is tried again by Lambda, and there is one job: %s', async (_, fault) => {
    const ended = await new Deployment().deploy(copyWith(), { faults: [fault] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.outputs.CopyArn).toBe(ended.copyJobs[0].destinationRecoveryPointArn);
  });

  it('between DeleteRecoveryPoint and its answer fails the deletion, and the next one finds it done', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    expect((await deployment.delete({ faults: [{ operation: 'DeleteRecoveryPoint', kind: 'crashAfter', times: 1 }] })).status).toBe('DELETE_FAILED');
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });
});

describe('answers that never reach CloudFormation', () => {
  it('end the wait at the time of the job, not at the end of an hour', async () => {
    const ended = await new Deployment().deploy(copyWith(), { loseAnswers: [{ requestType: 'Create' }] });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failures(ended)).toEqual([expect.stringMatching(/did not receive a response from your Custom Resource/)]);
    expect(longestOperationSeconds(ended)).toBe(58 * MINUTE);
    expect(ended.copyJobs).toHaveLength(1);
  });

  it('leave a copy that the next deployment takes over', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(), { loseAnswers: [{ requestType: 'Create' }] });
    const second = await deployment.deploy(copyWith());
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(second.outputs.CopyArn).toBe(copies(second)[0].arn);
  });
});

describe('where AWS Backup takes a token with another role for another request', () => {
  it('the copy of a failed deployment is made once more, which the log tells, and nothing else is touched', async () => {
    const deployment = new Deployment();
    const refuse = { idempotency: { otherParameters: 'refuse' } };
    const build = copyWith({ role: undefined });
    const first = await deployment.deploy(thenNeighbour(build), { ...NEIGHBOUR_FAILS, ...refuse });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(thenNeighbour(build), refuse);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(2);
    expect(copies(second).map(({ arn }) => arn)).toEqual([copies(first)[0].arn, second.outputs.CopyArn]);
    expect(second.logs.join('\n')).toMatch(/token-refused/);
  });

  it('or returns the first job, that is taken over', async () => {
    const deployment = new Deployment();
    const returnFirst = { idempotency: { otherParameters: 'returnFirst' } };
    const build = copyWith({ role: undefined });
    await deployment.deploy(thenNeighbour(build), { ...NEIGHBOUR_FAILS, ...returnFirst });
    const second = await deployment.deploy(thenNeighbour(build), returnFirst);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it('or has forgotten it, the copy is made once more and the first stays', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    const second = await deployment.deploy(thenNeighbour(copyWith()), { idempotency: FORGOTTEN.idempotency });
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(2);
    expect(copies(second)[0]).toEqual(copies(first)[0]);
    expect(second.outputs.CopyArn).toBe(copies(second)[1].arn);
  });
});

describe('a deployment after one whose copy', () => {
  it.each(POLICIES)('failed makes a new one: %s', async removalPolicy => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy }), { copyJobs: [{ endState: 'FAILED' }] });
    const second = await deployment.deploy(copyWith({ removalPolicy }));
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs.map(({ state }) => state)).toEqual(['FAILED', 'COMPLETED']);
    expect(second.outputs.CopyArn).toBe(copies(second)[0].arn);
  });

  it('failed ten times makes an eleventh', async () => {
    const deployment = new Deployment();
    for (let n = 0; n < 10; n++) await deployment.deploy(copyWith(), { copyJobs: [{ endState: 'FAILED' }] });
    const last = await deployment.deploy(copyWith());
    expect(last.status).toBe('CREATE_COMPLETE');
    expect(last.copyJobs).toHaveLength(11);
  });

  it('has another lifecycle gives that the lifecycle it asks for', async () => {
    const deployment = new Deployment();
    await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    const second = await deployment.deploy(thenNeighbour(copyWith({ deleteAfter: Duration.days(30) })), {
      idempotency: { otherParameters: 'returnFirst' },
    });
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(copies(second)).toMatchObject([{ arn: second.outputs.CopyArn, lifecycle: { DeleteAfterDays: 30 } }]);
  });
});

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
