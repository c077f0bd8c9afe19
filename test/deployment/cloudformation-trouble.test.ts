import { Deployment, failureReason } from './deployment';
import { A, B, copies, copyWith, DESTROY, idOf, MINUTE } from './stories';

/** The stack's own CloudFormation does not answer; the first call that onEvent makes is served. */
const troubleWith = (operation: string, forSeconds: number, skip = 1) => ({ service: 'cloudformation', operation, kind: 'serviceUnavailable', forSeconds, skip });

describe('CloudFormation that does not tell what it does', () => {
  it.each([['DescribeStacks', 1], ['ListStackResources', 0]])('holds a deletion up, and fails none: %s', async (operation, skip) => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    const deleted = await deployment.delete({ faults: [troubleWith(operation, 8 * MINUTE, skip)] });
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
    expect(deleted.simulatedSeconds).toBeGreaterThan(8 * MINUTE);
  });

  it.each(['serviceUnavailable', 'connectionRefused', 'dropAfterServing', 'halfAnswer', 'malformedJson'])('is asked until it tells, before another copy is made: %s', async kind => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const after = await deployment.deploy(copyWith({ recoveryPointArn: B }), { faults: [{ ...troubleWith('DescribeStacks', 8 * MINUTE, 0), kind }] });
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(copies(after).map(({ of }) => of)).toEqual([A, B]);
  });

  it('takes of the time that there is for starting a copy: what fails says so itself, before Lambda ends the function', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(copyWith({ recoveryPointArn: B }), {
      faults: [troubleWith('DescribeStacks', 10 * MINUTE, 0), { operation: 'StartCopyJob', kind: 'throttling', forSeconds: 10 * MINUTE }],
    });
    expect(failureReason(after)).toContain('AWS Backup did not start the copy: ThrottlingException: Rate exceeded');
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(idOf(after)).toBe(idOf(before));
    expect(copies(after).map(({ of }) => of)).toEqual([A]);
  });
});
