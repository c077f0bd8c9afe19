import { CfnResource, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { copyJob, Deployment } from './deployment';
import { Build, copied, copies, copyWith, DESTROY, heldArns, ownRole, POLICIES, RETAIN } from './stories';
import { Ended } from '../../simulator/simulation';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';

type Where = (stack: Stack, removalPolicy: RemovalPolicy) => OneTimeCopyJob;

const copyIn = (scope: Construct, removalPolicy: RemovalPolicy, provider?: OneTimeCopyJobProvider, timeout?: Duration) =>
  copyJob(scope as Stack, { role: ownRole(scope as Stack), removalPolicy, provider, timeout });
const rename = (resource: unknown, logicalId: string) => (resource as CfnResource).overrideLogicalId(logicalId);

const atFirst: Where = (stack, removalPolicy) => copyIn(stack, removalPolicy);
const inGroup: Where = (stack, removalPolicy) => copyIn(new Construct(stack, 'Group'), removalPolicy);
const inNestedStack: Where = (stack, removalPolicy) => copyIn(new NestedStack(stack, 'Group'), removalPolicy);
const inNestedStackOfSharedProvider: Where = (stack, removalPolicy) =>
  copyIn(new NestedStack(stack, 'Group'), removalPolicy, OneTimeCopyJobProvider.getOrCreate(stack));
const inRenamedNestedStack: Where = (stack, removalPolicy) => {
  const nested = new NestedStack(stack, 'Group');
  rename(nested.nestedStackResource, 'Renamed');
  return copyIn(nested, removalPolicy);
};
const underAnotherLogicalId: Where = (stack, removalPolicy) => {
  const copy = copyIn(stack, removalPolicy);
  rename(copy.node.defaultChild, 'Renamed');
  return copy;
};
const longAtFirst: Where = (stack, removalPolicy) => copyIn(stack, removalPolicy, undefined, Duration.hours(3));
const longUnderAnotherLogicalId: Where = (stack, removalPolicy) => {
  const copy = longAtFirst(stack, removalPolicy);
  rename(copy.node.defaultChild, 'Renamed');
  return copy;
};
/** A long copy of a life, in a stack of its own. */
const living = (days: number, props: Partial<OneTimeCopyJobProps> = {}, logicalId?: string): Build => stack => {
  const copy = copyJob(stack, { role: ownRole(stack), timeout: Duration.hours(3), deleteAfter: Duration.days(days), ...props });
  if (logicalId) rename(copy.node.defaultChild, logicalId);
};
const byAnotherProvider: Where = (stack, removalPolicy) => {
  const copy = copyIn(stack, removalPolicy, new OneTimeCopyJobProvider(stack, 'Own'));
  rename(copy.node.defaultChild, 'Renamed');
  return copy;
};

const MOVES: readonly [string, Where, Where][] = [
  ['from a group into a nested stack of the same id', inGroup, inNestedStack],
  ['from a group into a nested stack of the same id, by one provider', inGroup, inNestedStackOfSharedProvider],
  ['with its nested stack to another logical id', inNestedStack, inRenamedNestedStack],
  ['to another logical id', atFirst, underAnotherLogicalId],
  ['to another logical id, but not its legs', longAtFirst, longUnderAnotherLogicalId],
  ['to another provider, under another logical id', atFirst, byAnotherProvider],
];
const CASES = MOVES.flatMap(([what, from, to]) => POLICIES.map(policy => ({ what, from, to, policy })));

/** What a complete stack holds is there. */
function expectHeld(ended: Ended, status: string): void {
  expect(ended.status).toBe(status);
  expect(heldArns(ended)).toHaveLength(1);
  expect(copies(ended).map(({ arn }) => arn)).toEqual(expect.arrayContaining(heldArns(ended)));
}

describe.each(CASES)('a copy that is moved $what, and back, under $policy', ({ from, to, policy }) => {
  const at = (where: Where): Build => stack => void where(stack, policy);

  it('is there all the time, and there is one', async () => {
    const deployment = new Deployment();
    expectHeld(await deployment.deploy(at(from)), 'CREATE_COMPLETE');
    const moved = await deployment.deploy(at(to));
    expectHeld(moved, 'UPDATE_COMPLETE');
    const back = await deployment.deploy(at(from));
    expectHeld(back, 'UPDATE_COMPLETE');
    // A copy that is deleted with its resource is no other resource's; one that is kept is taken over.
    expect(back.copyJobs).toHaveLength(policy === DESTROY ? 3 : 1);
    expect(copied(back)).toHaveLength(1);
  });
});

describe.each(POLICIES)('one template under two stack names, under %s', removalPolicy => {
  const scenario = { idempotency: { otherParameters: 'returnFirst' } };

  it('makes two copies, and deleting one stack leaves the other\'s alone', async () => {
    const deployment = new Deployment();
    const one = await deployment.deploy(copyWith({ removalPolicy }), scenario, { stackName: 'One' });
    const two = await deployment.deploy(copyWith({ removalPolicy }), scenario, { stackName: 'Two' });
    expect(two.status).toBe('CREATE_COMPLETE');
    expect(two.copyJobs).toHaveLength(2);
    expect(two.outputs.CopyArn).not.toBe(one.outputs.CopyArn);
    const deleted = await deployment.delete(scenario, 'One');
    expect(deleted.status).toBe('DELETE_COMPLETE');
    const left = [...removalPolicy === RETAIN ? [one] : [], two].map(({ outputs }) => outputs.CopyArn);
    expect(copies(deleted).map(({ arn }) => arn)).toEqual(left);
    for (const { calls } of [one, two, deleted]) expect(calls.backup?.UpdateRecoveryPointLifecycle).toBeUndefined();
  });
});

it('a copy that was shortened in place is made anew when it moves away from its legs and may live longer again', async () => {
  const deployment = new Deployment();
  await deployment.deploy(living(60));
  await deployment.deploy(living(30));
  const moved = await deployment.deploy(living(60, {}, 'Renamed'));
  expectHeld(moved, 'UPDATE_COMPLETE');
  expect(copies(moved).find(({ arn }) => arn === heldArns(moved)[0])!.lifecycle).toEqual({ DeleteAfterDays: 60 });
});

it('a copy of a token of the user\'s that was lengthened in place is not made again when it moves away from its legs and AWS Backup has forgotten the token', async () => {
  const mine = { idempotencyToken: 'mine' };
  const deployment = new Deployment();
  await deployment.deploy(living(30, mine));
  await deployment.deploy(living(60, mine));
  deployment.forgetTokens();
  const moved = await deployment.deploy(living(30, mine, 'Renamed'));
  expectHeld(moved, 'UPDATE_COMPLETE');
  expect(moved.copyJobs).toHaveLength(1);
  expect(copies(moved)[0].lifecycle).toEqual({ DeleteAfterDays: 60 });
});

it('a nested stack whose name is cut where it grows too long may be looked at, and is deleted with its copy', async () => {
  const deployment = new Deployment({ env: { account: '111122223333', region: 'us-east-1' }, stackName: 's'.repeat(128) });
  const created = await deployment.deploy(stack => void inNestedStackOfSharedProvider(stack, DESTROY));
  expectHeld(created, 'CREATE_COMPLETE');
  const deleted = await deployment.delete();
  expect(deleted.status).toBe('DELETE_COMPLETE');
  expect(copies(deleted)).toEqual([]);
});
