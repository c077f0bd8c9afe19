import { App, Duration, Lazy, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { actions, allowed, filled, handlerPolicies, Policy } from './handler-policies';
import { copyJob, ENV, logicalId, synthesized, vaultIn } from './sample-job';
import { reachableFrom, templateGraph, TemplateJson } from './template-graph';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';

const { RETAIN, DESTROY } = RemovalPolicy;
const AURORA = 'arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1';

/** What a job is, under an id. */
type Jobs = Record<string, Partial<OneTimeCopyJobProps> & { readonly to?: string }>;

/** A stack with the jobs, made in their order. */
function stackOf(jobs: Jobs): { template: TemplateJson; made: OneTimeCopyJob[] } {
  const stack = new Stack(new App(), 'S', { env: ENV });
  // Outlives the last of its jobs.
  OneTimeCopyJobProvider.getOrCreate(stack);
  const made = Object.entries(jobs).map(([id, { to = 'eu-west-1', ...props }]) =>
    copyJob(stack, { destinationBackupVault: vaultIn(stack, to), ...props }, id));
  return { template: synthesized(stack), made };
}

const deletionPolicies = (template: TemplateJson): Policy[] => handlerPolicies(template)
  .filter(({ statements }) => statements.some(statement => actions(statement).includes('backup:DeleteRecoveryPoint')));

/** The patterns that each policy allows to delete. */
const patterns = (policy: Policy) => allowed([policy], 'backup:DeleteRecoveryPoint').map(filled);

const deletable = (template: TemplateJson) => allowed(handlerPolicies(template), 'backup:DeleteRecoveryPoint').map(filled).sort();

/** The logical id of the policy for each pattern. */
const policyIds = (jobs: Jobs) => Object.fromEntries(
  deletionPolicies(stackOf(jobs).template).map(policy => [patterns(policy).join(), policy.id]));

it('no copy may be deleted without a job under DESTROY', () => {
  expect(deletable(stackOf({ A: {}, B: { removalPolicy: RETAIN, timeout: Duration.hours(8) } }).template)).toEqual([]);
});

it('only what a job under DESTROY may have made can be deleted', () => {
  expect(deletable(stackOf({ Kept: { to: 'eu-central-1' }, Destroyed: { removalPolicy: DESTROY } }).template)).toEqual([
    'arn:aws:backup:eu-west-1:111122223333:recovery-point:*',
    'arn:aws:ec2:eu-west-1::snapshot/*',
  ]);
});

it('only in the stack\'s own account', () => {
  const conditions = deletionPolicies(stackOf({ A: { removalPolicy: DESTROY } }).template).flatMap(({ statements }) => statements)
    .filter(statement => actions(statement).includes('backup:DeleteRecoveryPoint'))
    .map(({ Condition }) => Condition);
  expect(conditions).toEqual([{ StringEqualsIfExists: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } }]);
});

it('what one kind of copy in one Region may be has one policy of its own, however many jobs need it', () => {
  const { template } = stackOf({
    A: { removalPolicy: DESTROY },
    B: { removalPolicy: DESTROY },
    C: { removalPolicy: DESTROY, to: 'eu-central-1' },
    D: { removalPolicy: DESTROY, recoveryPointArn: AURORA },
  });
  const each = deletionPolicies(template).map(patterns);
  expect(each).toEqual([
    ['arn:aws:ec2:eu-west-1::snapshot/*', 'arn:aws:backup:eu-west-1:111122223333:recovery-point:*'],
    ['arn:aws:ec2:eu-central-1::snapshot/*', 'arn:aws:backup:eu-central-1:111122223333:recovery-point:*'],
    ['arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:awsbackup:*', 'arn:aws:backup:eu-west-1:111122223333:recovery-point:*'],
  ]);
});

it('all patterns of a recovery point that only the deployment knows have one policy, as IAM has no room for one each', () => {
  const token = Lazy.string({ produce: () => AURORA });
  const { template } = stackOf({ A: { removalPolicy: DESTROY, recoveryPointArn: token }, B: { removalPolicy: DESTROY, recoveryPointArn: token } });
  expect(deletionPolicies(template).map(policy => patterns(policy).length)).toEqual([9]);
});

describe('the logical id of a policy', () => {
  const jobs: Jobs = {
    A: { removalPolicy: DESTROY },
    B: { removalPolicy: DESTROY, to: 'eu-central-1' },
    C: { removalPolicy: DESTROY, recoveryPointArn: AURORA, timeout: Duration.hours(2) },
  };
  const all = policyIds(jobs);

  it('is the same in any order of the jobs', () => {
    expect(policyIds(Object.fromEntries(Object.entries(jobs).reverse()))).toEqual(all);
  });

  it.each(Object.keys(jobs))('is the same for the job %s alone, and under another name', id => {
    for (const name of [id, 'Renamed']) {
      const alone = policyIds({ [name]: jobs[id] });
      expect(Object.keys(alone)).toHaveLength(1);
      expect(all).toMatchObject(alone);
    }
  });
});

describe('a job under DESTROY', () => {
  it.each([undefined, Duration.hours(2)])('depends on the permission to delete its copy explicitly, as nothing else makes it wait (timeout %s)', timeout => {
    const { template, made: [job] } = stackOf({ A: { removalPolicy: DESTROY, timeout } });
    expect(template.Resources[logicalId(job)].DependsOn).toEqual(expect.arrayContaining(deletionPolicies(template).map(({ id }) => id)));
  });

  it('does so when another one made the policy', () => {
    const { template, made } = stackOf({ A: { removalPolicy: DESTROY }, B: { removalPolicy: DESTROY } });
    const [first, second] = made.map(job => template.Resources[logicalId(job)].DependsOn);
    expect(deletionPolicies(template)).toHaveLength(1);
    expect(second).toEqual(first);
  });

  it('is not waited for in this by a job under RETAIN', () => {
    const { template, made: [, kept] } = stackOf({ A: { removalPolicy: DESTROY }, B: {} });
    const awaited = reachableFrom(templateGraph(template), logicalId(kept));
    for (const { id } of deletionPolicies(template)) expect(awaited).not.toContain(id);
  });
});

/*
 * An update changes policies before it deletes what it removed, and deletes what it removed in the order of dependencies. So a permission
 * is there at the end of a job when a policy grants it that the job waits for and that the update either leaves as it is or removes.
 */
describe.each<[string, Jobs]>([
  ['no other', {}],
  ['another of the same kind under DESTROY', { B: { removalPolicy: DESTROY } }],
  ['another to another Region under DESTROY', { B: { removalPolicy: DESTROY, to: 'eu-central-1' } }],
  ['another of the same kind under RETAIN', { B: {} }],
  ['another to another Region under RETAIN', { B: { to: 'eu-central-1' } }],
  ['a long one to another Region under RETAIN', { B: { to: 'eu-central-1', timeout: Duration.hours(2) } }],
  ['the same one, moved to another Region', { A: { removalPolicy: DESTROY, to: 'eu-central-1' } }],
])('when a job under DESTROY goes and its stack is left with %s', (_what, left) => {
  const { A: _moved, ...others } = left;

  it.each([
    'backup:DeleteRecoveryPoint',
    'backup:DescribeRecoveryPoint',
    'backup:DescribeCopyJob',
    'cloudformation:DescribeStacks',
    'cloudformation:DescribeStackResource',
  ])('the clean-up may still call %s', action => {
    const { template, made } = stackOf({ A: { removalPolicy: DESTROY }, ...others });
    const awaited = reachableFrom(templateGraph(template), logicalId(made[0]));
    const before = handlerPolicies(template).filter(({ id }) => awaited.has(id));
    const after = handlerPolicies(stackOf(left).template);
    const needed = allowed(handlerPolicies(stackOf({ A: { removalPolicy: DESTROY } }).template), action);
    expect(needed).not.toEqual([]);
    expect(allowed(before.map(policy => after.find(({ id }) => id === policy.id) ?? policy), action)).toEqual(expect.arrayContaining(needed));
  });
});

it('when a nested stack with a job under DESTROY goes, the clean-up may still call all that a deletion needs', () => {
  const parent = (withNested: boolean) => {
    const stack = new Stack(new App(), 'S', { env: ENV });
    copyJob(stack);
    const provider = OneTimeCopyJobProvider.getOrCreate(stack);
    if (withNested) copyJob(new NestedStack(stack, 'Nested'), { removalPolicy: DESTROY, provider });
    return synthesized(stack);
  };
  const [before, after] = [handlerPolicies(parent(true)), handlerPolicies(parent(false))];
  const there = before.map(policy => after.find(({ id }) => id === policy.id) ?? policy);
  for (const action of ['backup:DeleteRecoveryPoint', 'cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource']) {
    expect({ action, on: allowed(there, action) }).toEqual({ action, on: expect.arrayContaining(allowed(before, action)) });
  }
});
