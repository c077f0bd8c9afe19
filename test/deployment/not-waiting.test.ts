import { CfnOutput, Duration } from 'aws-cdk-lib';
import { copyJob, Deployment, failureReason } from './deployment';
import {
  A, B, Build, copied, copies, copyWith, DESTROY, FORGOTTEN, HOUR, idOf, MINUTE, NEIGHBOUR_FAILS, ownRole, SOURCE_LIFECYCLE, thenNeighbour,
} from './stories';
import { OneTimeCopyJobProps } from '../../src';

const notWaiting = (props: Partial<OneTimeCopyJobProps> = {}): Build => stack => {
  copyJob(stack, { role: ownRole(stack), waitForCompletion: false, ...props });
};
const LONG = { copyJobs: [{ runningSeconds: 2 * HOUR }] };

describe('waiting that is turned on', () => {
  it('for a job that had failed before copies anew, and waits for that', async () => {
    const deployment = new Deployment();
    const fails = { copyJobs: [{ endState: 'FAILED', statusMessage: 'Access Denied trying to call AWS Backup service' }] };
    await deployment.deploy(notWaiting(), fails);
    await deployment.advance(HOUR);
    const waited = await deployment.deploy(copyWith());
    expect(waited.status).toBe('UPDATE_COMPLETE');
    expect(waited.copyJobs).toMatchObject([{ state: 'FAILED' }, { state: 'COMPLETED' }]);
    expect(copies(waited)).toMatchObject([{ of: A, arn: waited.outputs.CopyArn }]);
  });
});

describe('a deployment that does not wait', () => {
  it('starts the copy and ends', async () => {
    const ended = await new Deployment().deploy(notWaiting(), LONG);
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.copyJobs[0].state).not.toBe('COMPLETED');
    expect(ended.simulatedSeconds).toBeLessThan(10 * MINUTE);
  });

  it('gives the template the job id, and refuses at synthesis what is known only at the end', async () => {
    const ended = await new Deployment().deploy(stack => {
      const copy = copyJob(stack, { role: ownRole(stack), waitForCompletion: false });
      new CfnOutput(stack, 'Job', { value: copy.copyJobId });
      expect(() => copy.destinationRecoveryPointArn).toThrow(/Stack\/Copy.*waitForCompletion/s);
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.outputs.Job).toBe(ended.copyJobs[0].copyJobId);
  });

  it('does not hear of a job that fails later', async () => {
    const deployment = new Deployment();
    expect((await deployment.deploy(notWaiting(), { copyJobs: [{ endState: 'FAILED' }] })).status).toBe('CREATE_COMPLETE');
    await deployment.advance(HOUR);
    expect((await deployment.delete()).status).toBe('DELETE_COMPLETE');
  });

  it('keeps the copy when its stack is deleted while that runs', async () => {
    const deployment = new Deployment();
    await deployment.deploy(notWaiting(), LONG);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    await deployment.advance(3 * HOUR);
    const created = await deployment.deploy(copyWith());
    expect(created.copyJobs).toHaveLength(1);
    expect(copied(created)).toEqual([A]);
  });

  it('changes to another copy, and back in a rollback', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(notWaiting());
    const changed = await deployment.deploy(notWaiting({ recoveryPointArn: B }), {});
    expect(changed.status).toBe('UPDATE_COMPLETE');
    expect(changed.copyJobs).toHaveLength(2);
    expect(idOf(changed)).not.toBe(idOf(before));
  });

  it('refuses DESTROY, which could not be kept', async () => {
    await expect(new Deployment().deploy(notWaiting({ removalPolicy: DESTROY }))).rejects.toThrow(/Stack\/Copy.*removalPolicy.*waitForCompletion/s);
  });

  it('refuses another lifecycle later, which nobody would set', async () => {
    const deployment = new Deployment();
    await deployment.deploy(notWaiting());
    const after = await deployment.deploy(notWaiting({ deleteAfter: Duration.days(30) }));
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failureReason(after)).toMatch(/waitForCompletion/);
    expect(after.copyJobs).toHaveLength(1);
  });
});

describe('a deployment that begins to wait', () => {
  it('waits for the running copy, and knows where it is', async () => {
    const deployment = new Deployment();
    await deployment.deploy(notWaiting(), { copyJobs: [{ runningSeconds: 40 * MINUTE }] });
    const waited = await deployment.deploy(copyWith());
    expect(waited.status).toBe('UPDATE_COMPLETE');
    expect(waited.copyJobs).toHaveLength(1);
    expect(copies(waited)).toMatchObject([{ of: A, arn: waited.outputs.CopyArn, lifecycle: SOURCE_LIFECYCLE }]);
    expect(waited.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });

  it('gives the copy the lifecycle that it asks for', async () => {
    const deployment = new Deployment();
    await deployment.deploy(notWaiting());
    await deployment.advance(HOUR);
    const waited = await deployment.deploy(copyWith({ deleteAfter: Duration.days(30) }));
    expect(waited.status).toBe('UPDATE_COMPLETE');
    expect(waited.copyJobs).toHaveLength(1);
    expect(copies(waited)).toMatchObject([{ of: A, arn: waited.outputs.CopyArn, lifecycle: { DeleteAfterDays: 30 } }]);
  });

  it('makes the copy anew when somebody has deleted it, unless a token of the user names it', async () => {
    for (const idempotencyToken of [undefined, 'mine']) {
      const deployment = new Deployment();
      const started = await deployment.deploy(notWaiting({ idempotencyToken }));
      await deployment.advance(HOUR);
      const [{ copyJobId, destinationRecoveryPointArn: arn }] = deployment.copyJobs();
      deployment.vanish(arn!);
      const waited = await deployment.deploy(copyWith({ idempotencyToken }));
      expect(waited.status).toBe(idempotencyToken ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE');
      expect(waited.copyJobs).toHaveLength(idempotencyToken ? 1 : 2);
      if (idempotencyToken) expect(failureReason(waited)).toMatch(new RegExp(`The idempotencyToken names copy job ${copyJobId}, whose copy ${arn} is gone`));
      else expect(copies(waited)).toMatchObject([{ of: A, arn: waited.outputs.CopyArn }]);
      expect(started.copyJobs).toHaveLength(1);
    }
  });

  it('says what to do when AWS Backup has forgotten the job', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(notWaiting());
    await deployment.advance(HOUR);
    const after = await deployment.deploy(copyWith(), FORGOTTEN);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failureReason(after)).toContain(after.copyJobs[0].copyJobId);
    expect(failureReason(after)).toMatch(/idempotencyToken/);
    expect(after.copyJobs).toHaveLength(1);
    expect(idOf(after)).toBe(idOf(before));
    expect(copied(after)).toEqual([A]);
  });

  it('ends to wait with nothing copied, and waits again', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const not = await deployment.deploy(notWaiting());
    expect(not.status).toBe('UPDATE_COMPLETE');
    expect(idOf(not)).toBe(idOf(before));
    const again = await deployment.deploy(copyWith());
    expect(again.outputs).toEqual(before.outputs);
    expect(again.copyJobs).toHaveLength(1);
    expect(idOf(again)).toBe(idOf(before));
  });

  it('is rolled back to not waiting, with nothing copied or deleted', async () => {
    const deployment = new Deployment();
    await deployment.deploy(notWaiting());
    await deployment.advance(HOUR);
    const after = await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.copyJobs).toHaveLength(1);
    expect(copied(after)).toEqual([A]);
    const again = await deployment.deploy(copyWith());
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(again.outputs.CopyArn).toBe(copies(again)[0].arn);
    expect(again.copyJobs).toHaveLength(1);
  });
});
