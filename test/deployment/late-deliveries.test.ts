import { Deployment } from './deployment';
import {
  A, B, besideNeighbour, Build, C, copied, copies, Copy, copyWith, DESTROY, DR, failures, FRANKFURT, HOUR, MINUTE, neighbourFailsAfter,
  NEIGHBOUR_FAILS, RETAIN, thenNeighbour, vault,
} from './stories';
import { Ended } from '../../simulator/simulation';

/** The times that Lambda was given the requests of that kind, its own retries apart. */
function deliveries(deployment: Deployment, requestType: string): number[] {
  return deployment.requests().filter(request => request.requestType === requestType).map(request => request.deliveries);
}

/** AWS Backup forgets a token soon after it started a job. */
const FORGETFUL = { idempotency: { forgetAfterSeconds: 10 * MINUTE } };

/** A stack's other copy: provider and permissions are there before the copy that the story is about, and after. */
const other: Build = stack => copyWith({ destinationBackupVault: vault(stack, FRANKFURT), removalPolicy: DESTROY }, 'Other')(stack);
const both = (one: Build, another: Build): Build => stack => {
  one(stack);
  another(stack);
};
const withOther = (build: Build): Build => both(other, build);

/** A copy under DESTROY in the same vault: the handler may delete there, whatever becomes of the copy that the story is about. */
const beside = (recoveryPointArn: string): Build => copyWith({ removalPolicy: DESTROY, recoveryPointArn }, 'Beside');

/** The jobs that were started for the copy that the story is about. */
function jobsOf(recoveryPointArn: string, deployment: Deployment): unknown[] {
  return deployment.copyJobs().filter(({ input }) => input.RecoveryPointArn === recoveryPointArn && input.DestinationBackupVaultArn === DR);
}

/** What is there of the copy that the story is about. */
function copiesInDr(ended: Ended): Copy[] {
  return copies(ended).filter(({ vaultArn }) => vaultArn === DR);
}

describe('a Create that AWS Backup has no room for', () => {
  it('starts no copy when the stack has gone back meanwhile', async () => {
    const deployment = new Deployment();
    await deployment.deploy(other);
    const ended = await deployment.deploy(besideNeighbour(withOther(copyWith())), {
      ...neighbourFailsAfter(90), faults: [{ operation: 'StartCopyJob', kind: 'throttling', forSeconds: 5 * MINUTE }],
    });
    expect(ended.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(ended.calls.backup.StartCopyJob.rejected).toBeGreaterThan(3);
    await deployment.advance(HOUR);
    expect(jobsOf(A, deployment)).toEqual([]);
  });
});

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

  it('while a later operation runs, when the job was removed, makes no copy that nobody owns', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withOther(copyWith()), {
      ...FORGETFUL, deliverAgain: [{ requestType: 'Create', resource: 'Stack/Copy', afterSeconds: 25 * MINUTE }],
    });
    await deployment.deploy(other, FORGETFUL);
    const later = await deployment.deploy(withOther(beside(C)), { ...FORGETFUL, copyJobs: [{ runningSeconds: 30 * MINUTE }] });
    expect(later.status).toBe('UPDATE_COMPLETE');
    expect(deliveries(deployment, 'Create').sort()).toEqual([1, 1, 2]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
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
    const often = Array.from({ length: 50 }, (_, n) => ({ requestType, resource: 'Stack/Copy', afterSeconds: n * 151 + 1 }));
    const build = (props = {}) => copyWith({ removalPolicy: DESTROY, ...props });
    await deployment.deploy(requestType === 'Update' ? withOther(build({ recoveryPointArn: B })) : other);
    await deployment.deploy(withOther(build()), { ...long, deliverAgain: often });
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

describe('a Delete that CloudFormation holds failed, for its waiter seemed not to start', () => {
  const build = both(beside(C), copyWith({ removalPolicy: DESTROY }));
  const waiterFails = (kind: string) => ({ service: 'states', operation: 'StartExecution', kind, skip: 1 });

  it('and that is delivered again while the next deployment, begun at once, cleans up: the copy that was taken over stays', async () => {
    const deployment = new Deployment();
    await deployment.deploy(beside(C));
    const first = await deployment.deploy(thenNeighbour(build), {
      ...NEIGHBOUR_FAILS,
      faults: [waiterFails('accessDenied')],
      deliverAgain: [{ requestType: 'Delete', resource: 'Stack/Copy', afterSeconds: 25 * MINUTE }],
    });
    expect(first.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const second = await deployment.deploy(both(beside(B), copyWith({ removalPolicy: DESTROY })), {
      deliverLate: [{ requestType: 'Delete', resource: 'Stack/Beside', afterSeconds: 30 * MINUTE }],
    });
    expect(second.status).toBe('UPDATE_COMPLETE');
    expect(deliveries(deployment, 'Delete')).toEqual([2, 1]);
    expect(copied(second)).toEqual([A, B]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
  });

  it('and that is waited for while the next deployment begins: the copy is there to be taken over', async () => {
    const deployment = new Deployment();
    await deployment.deploy(beside(C));
    const first = await deployment.deploy(thenNeighbour(build), {
      ...NEIGHBOUR_FAILS, faults: [waiterFails('dropAfterServing'), { operation: 'DescribeRecoveryPoint', kind: 'throttling' }],
    });
    expect(first.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const second = await deployment.deploy(build, { deliverLate: [{ requestType: 'Create', resource: 'Stack/Copy', afterSeconds: 5 * MINUTE }] });
    expect(second.status).toBe('UPDATE_COMPLETE');
    expect(copied(second)).toEqual([C, A]);
    expect(jobsOf(A, deployment)).toHaveLength(1);
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

  it('a Delete, just before CloudFormation gives up: nothing is passed over in silence, and the next one deletes', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    const late = await deployment.delete({ deliverLate: [{ requestType: 'Delete', afterSeconds: 55.5 * MINUTE }] });
    expect(late.status).toBe('DELETE_FAILED');
    expect(failures(late)[0]).toMatch(/is still COMPLETED when the time for its deletion is over; .* Delete again\./);
    const again = await deployment.delete();
    expect(again.status).toBe('DELETE_COMPLETE');
    expect(copied(again)).toEqual([]);
  });
});
