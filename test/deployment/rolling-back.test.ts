import { CfnOutput, CfnParameter, Duration } from 'aws-cdk-lib';
import { Deployment, failureReason, JOB_TYPE } from './deployment';
import {
  A, B, besideNeighbour, Build, C, copied, copies, copyWith, D, DESTROY, FORGOTTEN, HOUR, idOf, longestOperationSeconds, MINUTE, neighbourFailsAfter,
  NEIGHBOUR_FAILS, POLICIES, RETAIN, thenNeighbour,
} from './stories';
import { Ended } from '../../simulator/simulation';
import { OneTimeCopyJob } from '../../src';

/** The stack is what it was, to the byte. */
function expectBack(after: Ended, before: Ended): void {
  expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(idOf(after)).toBe(idOf(before));
  expect(after.outputs).toEqual(before.outputs);
}

const attributesOf = ({ state }: Ended) => Object.values(state.stack.resources).find(({ type }) => type === JOB_TYPE)!.attributes;

describe('an update that is rolled back because of a neighbour', () => {
  it.each(POLICIES)('goes back to the copy that was there: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const after = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy, recoveryPointArn: B })), NEIGHBOUR_FAILS);
    expectBack(after, before);
    expect(after.copyJobs).toHaveLength(2);
    expect(copies(after)[0]).toEqual(copies(before)[0]);
    expect(copied(after)).toEqual(removalPolicy === RETAIN ? [A, B] : [A]);
  });

  it.each(POLICIES)('goes back though AWS Backup has forgotten the job: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    await deployment.advance(2 * HOUR);
    const after = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy, recoveryPointArn: B })), {
      ...NEIGHBOUR_FAILS, jobHistorySeconds: HOUR, idempotency: { forgetAfterSeconds: HOUR },
    });
    expectBack(after, before);
    expect(after.copyJobs).toHaveLength(2);
    // What only the job knew is not known any more.
    const forgotten = ['CreationDate', 'CompletionDate', 'DestinationVaultLockState', 'MessageCategory', 'NumberOfChildJobs', 'ChildJobsInState', 'StatusMessage'];
    expect(attributesOf(after)).toEqual({ ...attributesOf(before), ...Object.fromEntries(forgotten.map(name => [name, ''])) });
  });

  it.each(POLICIES)('goes back from a change back, and asks AWS Backup for no more than attributes and lifecycle: %s', async removalPolicy => {
    const [failing, passing] = [new Deployment(), new Deployment()];
    for (const deployment of [failing, passing]) {
      await deployment.deploy(copyWith({ removalPolicy }));
      await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }));
    }
    const before = await failing.deploy(copyWith({ removalPolicy, recoveryPointArn: B }));
    const after = await failing.deploy(thenNeighbour(copyWith({ removalPolicy })), NEIGHBOUR_FAILS);
    expectBack(after, before);
    const forward = await passing.deploy(thenNeighbour(copyWith({ removalPolicy })));
    expect(forward.status).toBe('UPDATE_COMPLETE');
    expect(after.copyJobs).toHaveLength(forward.copyJobs.length);
    expect(after.calls.backup.StartCopyJob).toEqual(forward.calls.backup.StartCopyJob);
    // Under RETAIN A's copy was taken over and stays; under DESTROY it was gone, and what was made anew goes again.
    expect(copied(after)).toEqual(removalPolicy === RETAIN ? [A, B] : [B]);
    if (removalPolicy === RETAIN) {
      const { DescribeRecoveryPoint: looked } = after.calls.backup;
      expect(looked).toEqual({ ...forward.calls.backup.DescribeRecoveryPoint, accepted: forward.calls.backup.DescribeRecoveryPoint.accepted + 1 });
      const rest = { DescribeCopyJob: 0, DescribeRecoveryPoint: 0 };
      expect({ ...after.calls.backup, ...rest }).toEqual({ ...forward.calls.backup, ...rest });
    }
  });

  it('goes back at once to another copy though AWS Backup says nothing of it', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })), {
      ...NEIGHBOUR_FAILS, copyJobs: [{ runningSeconds: 30 }], faults: [{ operation: 'DescribeRecoveryPoint', kind: 'serviceUnavailable' }],
    });
    expectBack(after, before);
    expect(longestOperationSeconds(after)).toBeLessThan(5 * MINUTE);
  });

  it.each(POLICIES)('brings back the third of three replacements, byte for byte: %s', async removalPolicy => {
    const deployment = new Deployment();
    let before = await deployment.deploy(copyWith({ removalPolicy }));
    for (const recoveryPointArn of [B, C]) before = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn }));
    before = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: D }));
    expect(before.status).toBe('UPDATE_COMPLETE');
    const after = await deployment.deploy(
      thenNeighbour(copyWith({ removalPolicy, recoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-0eeeeeeeeeeeeeeee' })), NEIGHBOUR_FAILS);
    expectBack(after, before);
    expect(after.copyJobs).toHaveLength(5);
    expect(copied(after).filter(of => of === D)).toHaveLength(1);
  });

  it.each(POLICIES)('brings back the last of so many replacements that its id is full, and keeps its copy: %s', async removalPolicy => {
    const deployment = new Deployment();
    let before = await deployment.deploy(copyWith({ removalPolicy }));
    for (let n = 1; n < 10; n++) {
      before = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: `arn:aws:ec2:us-east-1::snapshot/snap-${n}` }));
      expect(before.status).toBe('UPDATE_COMPLETE');
    }
    expect(idOf(before).length).toBeGreaterThan(800);
    const after = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy, recoveryPointArn: B })), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.outputs).toEqual(before.outputs);
    expect(copies(after)).toEqual(expect.arrayContaining(copies(before)));
    const again = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }));
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(copies(again).at(-1)).toMatchObject({ of: B, arn: again.outputs.CopyArn });
  });

  it.each([
    ['lifecycle', { deleteAfter: Duration.days(30) }],
    ['removal policy', { removalPolicy: DESTROY }],
    ['timeout', { timeout: Duration.hours(3) }],
  ])('changes nothing that only the %s was about', async (_, props) => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(thenNeighbour(copyWith(props)), NEIGHBOUR_FAILS);
    expectBack(after, before);
    expect(copies(after)).toEqual(copies(before));
    expect(after.copyJobs).toHaveLength(1);
    expect(after.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });

  it('deploys as if nothing had happened when it is tried again', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })), NEIGHBOUR_FAILS);
    const again = await deployment.deploy(thenNeighbour(copyWith({ recoveryPointArn: B })));
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(2);
    expect(copies(again)).toMatchObject([{ of: A }, { of: B, arn: again.outputs.CopyArn }]);
  });
});

describe('a neighbour that fails while the copy runs', () => {
  it.each(POLICIES)('in a creation: the copy is kept, and the next deployment takes it over: %s', async removalPolicy => {
    const deployment = new Deployment();
    const build = besideNeighbour(copyWith({ removalPolicy }));
    const first = await deployment.deploy(build, { copyJobs: [{ runningSeconds: 30 * MINUTE }], ...neighbourFailsAfter(10 * MINUTE) });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(first.copyJobs).toMatchObject([{ state: 'RUNNING' }]);
    expect(first.calls.backup.DeleteRecoveryPoint).toBeUndefined();
    const second = await deployment.deploy(build);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(copies(second)).toMatchObject([{ of: A, arn: second.outputs.CopyArn }]);
  });

  it.each(POLICIES)('in an update: the new copy is kept, and the next deployment takes it over: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const build = besideNeighbour(copyWith({ removalPolicy, recoveryPointArn: B }));
    const after = await deployment.deploy(build, { copyJobs: [{ runningSeconds: 30 * MINUTE }], ...neighbourFailsAfter(10 * MINUTE) });
    expectBack(after, before);
    expect(copied(after)).toEqual([A]);
    const again = await deployment.deploy(build);
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(2);
    expect(copied(again)).toEqual(removalPolicy === RETAIN ? [A, B] : [B]);
    expect(copies(again).at(-1)).toMatchObject({ of: B, arn: again.outputs.CopyArn });
  });

  it.each(POLICIES)('long after its copy was complete: the copy of the next deployment is that one: %s', async removalPolicy => {
    const deployment = new Deployment();
    const build = besideNeighbour(copyWith({ removalPolicy }));
    const first = await deployment.deploy(build, { copyJobs: [{ runningSeconds: 30 * MINUTE }], ...neighbourFailsAfter(10 * MINUTE) });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    await deployment.advance(5 * HOUR);
    const second = await deployment.deploy(build);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(second.outputs.CopyArn).toBe(second.copyJobs[0].destinationRecoveryPointArn);
  });
});

describe('a copy that fails in an update', () => {
  it.each(POLICIES)('goes back to the one before, and its id deletes nothing: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const after = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), {
      copyJobs: [{ recoveryPointArn: B, endState: 'FAILED', statusMessage: 'Access Denied trying to call AWS Backup service' }],
    });
    expectBack(after, before);
    expect(failureReason(after)).toMatch(/ended FAILED: Access Denied trying to call AWS Backup service/);
    expect(copies(after)).toEqual(copies(before));
    expect(after.copyJobs).toHaveLength(2);
    expect(after.calls.backup.DeleteRecoveryPoint).toBeUndefined();
  });

  it.each(POLICIES)('goes back to the one before though AWS Backup refuses to start it: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const after = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), { missingRecoveryPoints: [B] });
    expectBack(after, before);
    expect(copies(after)).toEqual(copies(before));
    expect(after.copyJobs).toHaveLength(1);
  });

  it.each(POLICIES)('that takes too long goes back, and the next deployment takes it over: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const long = { copyJobs: [{ runningSeconds: 90 * MINUTE }] };
    const after = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), long);
    expectBack(after, before);
    expect(copies(after)).toEqual(copies(before));
    const again = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }), long);
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(2);
    expect(copied(again)).toEqual(removalPolicy === RETAIN ? [A, B] : [B]);
  });
});

describe('an update to what is refused', () => {
  it.each([
    ['recoveryPointArn', RETAIN, 'must be in ARN format'],
    ['recoveryPointArn', DESTROY, 'must be in ARN format'],
    ['idempotencyToken', RETAIN, 'The property IdempotencyToken must be a text that is not empty.'],
  ])('goes back, though the rollback comes from the refused properties: an empty %s, %s', async (prop, removalPolicy, reason) => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith({ removalPolicy }));
    const after = await deployment.deploy(stack => {
      const nothing = new CfnParameter(stack, 'Nothing', { default: '' }).valueAsString;
      copyWith({ removalPolicy, [prop]: nothing })(stack);
    });
    expectBack(after, before);
    expect(failureReason(after)).toContain(reason);
    expect(copies(after)).toEqual(copies(before));
    expect(after.calls.backup?.StartCopyJob).toBeUndefined();
    const again = await deployment.deploy(copyWith({ removalPolicy }));
    expect(idOf(again)).toBe(idOf(before));
  });
});

describe('a first deployment that fails', () => {
  it('keeps its complete copy, which the next one takes over', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(copied(first)).toEqual([A]);
    const second = await deployment.deploy(thenNeighbour(copyWith()));
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(copies(second)).toEqual(copies(first));
    expect(second.outputs.CopyArn).toBe(copies(first)[0].arn);
  });

  it('deletes its complete copy under DESTROY, and the next one makes another', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy: DESTROY })), NEIGHBOUR_FAILS);
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(copied(first)).toEqual([]);
    const second = await deployment.deploy(thenNeighbour(copyWith({ removalPolicy: DESTROY })));
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(2);
    expect(copies(second)).toMatchObject([{ of: A, arn: second.outputs.CopyArn }]);
  });
});

describe('a rollback that goes back to the copy before', () => {
  it.each(POLICIES)('has every attribute as before, while AWS Backup remembers: %s', async removalPolicy => {
    const deployment = new Deployment();
    const read = (build: Build): Build => stack => {
      build(stack);
      const copy = stack.node.findChild('Copy') as OneTimeCopyJob;
      new CfnOutput(stack, 'Size', { value: copy.backupSizeInBytes });
      new CfnOutput(stack, 'Done', { value: copy.completionDate });
      new CfnOutput(stack, 'Type', { value: copy.resourceType });
    };
    const before = await deployment.deploy(read(copyWith({ removalPolicy })));
    const after = await deployment.deploy(thenNeighbour(read(copyWith({ removalPolicy, recoveryPointArn: B }))), NEIGHBOUR_FAILS);
    expectBack(after, before);
    expect(attributesOf(after)).toEqual(attributesOf(before));
    expect(Object.values(before.outputs)).not.toContain('');
  });

  it('fails for nothing that only looks: a recovery point that AWS Backup will not describe', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith());
    const after = await deployment.deploy(thenNeighbour(copyWith({ deleteAfter: Duration.days(30) })), {
      ...NEIGHBOUR_FAILS, faults: [{ operation: 'DescribeRecoveryPoint', kind: 'invalidRequest' }],
    });
    expectBack(after, before);
    expect(copies(after)).toEqual(copies(before));
  });
});

describe('a rollback of anything but what is copied', () => {
  it('goes by the id alone, whatever AWS Backup remembers', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith());
    const before = await deployment.deploy(copyWith({ recoveryPointArn: B }));
    await deployment.advance(HOUR);
    const after = await deployment.deploy(thenNeighbour(copyWith({ timeout: Duration.minutes(20), recoveryPointArn: B })), {
      ...NEIGHBOUR_FAILS, ...FORGOTTEN,
    });
    expectBack(after, before);
    expect(after.copyJobs).toHaveLength(2);
    expect(after.calls.backup?.StartCopyJob).toBeUndefined();
  });
});
