import { CfnParameter, CfnResource, Duration, Stack } from 'aws-cdk-lib';
import { Deployment, failureReason } from './deployment';
import {
  A, B, Build, copied, copies, copyWith, DAY, DESTROY, DR, heldArns, HOUR, MINUTE, NEIGHBOUR_FAILS, OTHER_ACCOUNT, POLICIES, thenNeighbour, vault,
} from './stories';
import { Ended } from '../../simulator/simulation';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';

const days = (deleteAfter: number): Partial<OneTimeCopyJobProps> => ({ deleteAfter: Duration.days(deleteAfter) });
const YEARS = 365;
const RETURN_FIRST = { idempotency: { otherParameters: 'returnFirst' } };
const FAILS = { endState: 'FAILED', statusMessage: 'Access Denied trying to call AWS Backup service' };
/** A move to cold storage of a type that has none: AWS Backup ignores it. */
const COLD = { moveToColdStorageAfter: Duration.days(30), ...days(YEARS) };
const LONG = { timeout: Duration.hours(3) };

describe.each(['actual', 'asked', 'none'])('a lifecycle that AWS Backup does not echo as asked (it tells: %s)', lifecycleEcho => {
  const elsewhere = (props: Partial<OneTimeCopyJobProps>) => (stack: Stack) =>
    copyWith({ ...props, destinationBackupVault: vault(stack, OTHER_ACCOUNT) })(stack);

  it.each([
    ['one leg', {}, 10 * MINUTE], ['more than one leg', LONG, 90 * MINUTE],
  ])('is complete in another account at the first deployment: %s', async (_, props, runningSeconds) => {
    const deployment = new Deployment();
    const scenario = { lifecycleEcho, copyJobs: [{ runningSeconds }] };
    const created = await deployment.deploy(elsewhere({ ...COLD, ...props }), scenario);
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(created.copyJobs).toHaveLength(1);
    const again = await deployment.deploy(elsewhere({ ...COLD, timeout: Duration.minutes(20) }), scenario);
    expect(again.status).toBe('UPDATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(1);
  });

  it('is taken over in another account by the deployment after one that failed', async () => {
    const deployment = new Deployment();
    await deployment.deploy(thenNeighbour(elsewhere(COLD)), { lifecycleEcho, ...NEIGHBOUR_FAILS });
    const second = await deployment.deploy(thenNeighbour(elsewhere(COLD)), { lifecycleEcho });
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it('goes back with a change that is rolled back, whatever the copy was made with', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(copyWith(), { lifecycleEcho });
    const after = await deployment.deploy(thenNeighbour(copyWith(days(30))), { lifecycleEcho, ...NEIGHBOUR_FAILS });
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(copies(after)).toEqual(copies(before));
  });

  it.each([
    ['no end', { removeLifecycle: true }, {}], ['no end, above one leg', { removeLifecycle: true }, LONG],
    ['30 days', days(30), {}], ['30 days, above one leg', days(30), LONG],
  ])('is nothing to settle on a locked vault: %s', async (_, lifecycle, props) => {
    const deployment = new Deployment();
    const created = await deployment.deploy(copyWith({ ...lifecycle, ...props }), { lifecycleEcho, vaults: [{ arn: DR, locked: true }] });
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(created.calls.backup.UpdateRecoveryPointLifecycle).toBeUndefined();
  });
});

describe('a copy that was made without an end and shortened in place since', () => {
  const NEVER = { removeLifecycle: true };
  const ONLY_COLD = { moveToColdStorageAfter: Duration.days(30) };
  /** A source that never expires. */
  const endless = { recoveryPoints: [{ arn: A, lifecycle: {} }, { arn: B, lifecycle: {} }] };
  const lives = (ended: Ended) => copies(ended).filter(({ arn }) => heldArns(ended).includes(arn))
    .map(({ lifecycle: { DeleteAfterDays: end = -1 } }) => end);

  it.each([['never', NEVER], ['only moved to cold storage', ONLY_COLD]])('lives as long as asked when its stack is made again: %s', async (_, props) => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(props));
    await deployment.deploy(copyWith(days(7)));
    await deployment.delete();
    const again = await deployment.deploy(copyWith(props));
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(1);
    expect(lives(again)).toEqual([-1]);
  });

  it('lives as long as asked when a change back comes with another logical id', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(NEVER));
    await deployment.deploy(copyWith(days(7)));
    const moved = await deployment.deploy(stack => {
      copyWith(NEVER)(stack);
      (stack.node.findChild('Copy').node.defaultChild as CfnResource).overrideLogicalId('Renamed');
    });
    expect(moved.status).toBe('UPDATE_COMPLETE');
    expect(moved.copyJobs).toHaveLength(1);
    expect(lives(moved)).toEqual([-1]);
  });

  it('is made anew when nothing was asked and its source never expires', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(), endless);
    await deployment.deploy(copyWith(days(7)), endless);
    await deployment.delete(endless);
    const again = await deployment.deploy(copyWith(), endless);
    expect(again.copyJobs).toHaveLength(2);
    expect(lives(again)).toEqual([-1]);
  });

  it('is made anew by a change to another copy and back', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(), endless);
    await deployment.deploy(copyWith(days(7)), endless);
    await deployment.deploy(copyWith({ recoveryPointArn: B }), endless);
    const back = await deployment.deploy(copyWith(), endless);
    expect(back.copyJobs).toHaveLength(3);
    expect(lives(back)).toEqual([-1]);
  });

  it.each(['actual', 'asked', 'none'])('is not made anew where it was never shortened, and AWS Backup kept the source\'s end (it tells: %s)', async lifecycleEcho => {
    const deployment = new Deployment();
    const scenario = { lifecycleEcho, minusOne: 'keepsSource' };
    await deployment.deploy(thenNeighbour(copyWith(NEVER)), { ...scenario, ...NEIGHBOUR_FAILS });
    const again = await deployment.deploy(thenNeighbour(copyWith(NEVER)), scenario);
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(1);
  });

  it('lives as long as asked when a token of one\'s own names it', async () => {
    const deployment = new Deployment();
    const mine = { idempotencyToken: 'mine' };
    await deployment.deploy(copyWith({ ...mine, ...days(7) }), RETURN_FIRST);
    await deployment.delete(RETURN_FIRST);
    await deployment.advance(HOUR);
    const again = await deployment.deploy(copyWith({ ...mine, ...NEVER }), RETURN_FIRST);
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(1);
    expect(lives(again)).toEqual([-1]);
  });
});

describe('two jobs that the deployment gives one token', () => {
  it.each([[7, YEARS], [YEARS, 7]])('share a copy that lives as long as the longer asks: %d and %d days', async (one, other) => {
    const ended = await new Deployment().deploy(stack => {
      const idempotencyToken = new CfnParameter(stack, 'Token', { default: 'mine' }).valueAsString;
      copyWith({ idempotencyToken, ...days(one) })(stack);
      copyWith({ idempotencyToken, ...days(other) }, 'Second')(stack);
    }, RETURN_FIRST);
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(copies(ended).map(({ lifecycle }) => lifecycle.DeleteAfterDays)).toEqual([YEARS]);
  });
});

describe('a copy that is kept for ten years, when its stack is created again months later', () => {
  it('is left as it is by a job that asks for 30 days', async () => {
    const deployment = new Deployment();
    const kept = await deployment.deploy(copyWith(days(10 * YEARS)), RETURN_FIRST);
    await deployment.delete(RETURN_FIRST);
    await deployment.advance(90 * DAY);
    const again = await deployment.deploy(copyWith(days(YEARS)), RETURN_FIRST);
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(again.copyJobs).toHaveLength(2);
    expect(copies(again)[0]).toEqual(copies(kept)[0]);
    expect(again.calls.backup.UpdateRecoveryPointLifecycle).toBeUndefined();
  });

  it('is an error under a token of the user that asks for less, and gets the life that is longer', async () => {
    const deployment = new Deployment();
    const mine = { idempotencyToken: 'mine' };
    const kept = await deployment.deploy(copyWith({ ...mine, ...days(10 * YEARS) }), RETURN_FIRST);
    await deployment.delete(RETURN_FIRST);
    await deployment.advance(HOUR);
    const shorter = await deployment.deploy(copyWith({ ...mine, ...days(30) }), RETURN_FIRST);
    expect(shorter.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(shorter)).toMatch(
      /The idempotencyToken names copy job \S+, whose copy \S+ is kept 3650 days; with this deployment it would be deleted after 30 days/);
    expect(copies(shorter)).toEqual(copies(kept));
    const longer = await deployment.deploy(copyWith({ ...mine, ...days(20 * YEARS) }), RETURN_FIRST);
    expect(longer.status).toBe('CREATE_COMPLETE');
    expect(copies(longer)).toEqual([{ ...copies(kept)[0], lifecycle: { DeleteAfterDays: 20 * YEARS } }]);
  });

  it('is not taken over when somebody has shortened its life', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(days(YEARS)));
    await deployment.deploy(copyWith(days(60)));
    await deployment.delete();
    const again = await deployment.deploy(copyWith(days(YEARS)));
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(copies(again)).toMatchObject([
      { lifecycle: { DeleteAfterDays: 60 } }, { arn: again.outputs.CopyArn, lifecycle: { DeleteAfterDays: YEARS } },
    ]);
  });
});

/** Looks at copies every five seconds. */
const watched = (build: Build): Build => stack => {
  OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.seconds(5) });
  build(stack);
};

describe('a deployment again within a minute', () => {
  it.each(POLICIES)('of a copy that failed, the cause mended, copies anew: %s', async removalPolicy => {
    const deployment = new Deployment();
    await deployment.deploy(watched(copyWith({ removalPolicy })));
    const build = watched(copyWith({ removalPolicy, recoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-1' }));
    const failed = await deployment.deploy(build, { copyJobs: [{ createdSeconds: 1, runningSeconds: 1, ...FAILS }] });
    expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const mended = await deployment.deploy(build);
    expect(mended.status).toBe('UPDATE_COMPLETE');
    expect(mended.copyJobs.slice(1)).toMatchObject([{ state: 'FAILED' }, { state: 'COMPLETED' }]);
    expect(mended.copyJobs[2].createdAt - mended.copyJobs[1].createdAt).toBeLessThan(60_000);
  });

  it('of a stack that was created and deleted under DESTROY has a copy that is there', async () => {
    const deployment = new Deployment();
    const quick = { copyJobs: [{ createdSeconds: 0, runningSeconds: 1 }] };
    const build = watched(copyWith({ removalPolicy: DESTROY }));
    await deployment.deploy(build, quick);
    await deployment.delete(quick);
    const again = await deployment.deploy(build, quick);
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(copies(again).map(({ arn }) => arn)).toEqual(heldArns(again));
  });

  it.each(['CREATING', 'AVAILABLE', 'PARTIAL'])('takes over a complete job whose recovery point is still %s', async status => {
    const deployment = new Deployment();
    const scenario = { copyJobs: [{ recoveryPointStages: [{ seconds: 2 * HOUR, status }] }] };
    await deployment.deploy(thenNeighbour(copyWith()), { ...scenario, ...NEIGHBOUR_FAILS });
    const second = await deployment.deploy(thenNeighbour(copyWith()), scenario);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it('takes over a job that AWS Backup does not show at once', async () => {
    const deployment = new Deployment();
    const scenario = { copyJobVisibleAfterSeconds: 60 };
    await deployment.deploy(copyWith({ idempotencyToken: 'mine' }), scenario);
    const created = await deployment.deploy(copyWith({ idempotencyToken: 'mine', timeout: Duration.minutes(20) }), scenario);
    expect(created.status).toBe('UPDATE_COMPLETE');
    expect(created.copyJobs).toHaveLength(1);
  });
});

describe('a copy that was completed moments ago', () => {
  it('is looked for when AWS Backup does not show it at once, and not made again', async () => {
    const deployment = new Deployment();
    await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    const again = await deployment.deploy(thenNeighbour(copyWith()), { faults: [{ operation: 'DescribeRecoveryPoint', kind: 'notFound', forSeconds: 60 }] });
    expect(again.status).toBe('CREATE_COMPLETE');
    expect(again.calls.backup.DescribeRecoveryPoint.rejected).toBeGreaterThan(0);
    expect(again.copyJobs).toHaveLength(1);
  });
});

describe('a copy within one vault', () => {
  it('is deleted under DESTROY, and its source stays', async () => {
    const deployment = new Deployment();
    const prod = 'arn:aws:backup:us-east-1:111122223333:backup-vault:prod';
    const created = await deployment.deploy(stack => copyWith({ removalPolicy: DESTROY, destinationBackupVault: vault(stack, prod) })(stack));
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(copied(created)).toEqual([A]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual([]);
    expect(deployment.recoveryPoints().find(({ arn }) => arn === A)?.status).toBe('COMPLETED');
  });
});
