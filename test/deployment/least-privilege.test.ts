import { copyJob } from './deployment';
import { AWS_MANAGED_POLICY, covers, Grant } from './grants';
import { objections } from './iam-tables';
import { Change, play, Play } from './privilege-play';
import { STORIES, Story } from './privilege-stories';
import { actions, Statement } from '../handler-policies';

/** aws-cdk-lib's provider framework allows each of its functions to call both handlers, and any version of them, and to be in a VPC. */
const THE_FRAMEWORKS_OWN = /^Framework\/\S+ (lambda:(InvokeFunction|GetFunction) on <|AWS managed policy on service-role\/AWSLambda(Basic|VPCAccess)ExecutionRole$)/;

/** What nobody uses in any story, by the reason why it is granted all the same. */
const UNUSED = {
  'Of a source that only the deployment knows, a copy may have the ARN of any service; the chain\'s are EBS snapshots.': [
    'backup:DescribeRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle', 'backup:DeleteRecoveryPoint',
  ].flatMap(action => ['eu-central-1', 'eu-north-1'].flatMap(region => [
    `backup:${region}:111122223333:recovery-point:*`,
    `ec2:${region}::image/*`,
    `rds:${region}:111122223333:snapshot:awsbackup:*`,
    `rds:${region}:111122223333:cluster-snapshot:awsbackup:*`,
    `dynamodb:${region}:111122223333:table/*/backup/*`,
    `fsx:${region}:111122223333:backup/*`,
    `redshift:${region}:111122223333:snapshot:*`,
    `redshift-serverless:${region}:111122223333:snapshot*`,
  ].map(arn => `HandlerRole ${action} on arn:aws:${arn}`))).filter(name => !/Delete.*eu-central-1/.test(name)),
  'Lambda itself writes with it what a function logs.': [
    'HandlerRole logs:CreateLogStream on <Logs>',
    'HandlerRole logs:PutLogEvents on <Logs>',
  ],
  'Lambda itself puts functions into a VPC with it.': [
    'HandlerRole AWS managed policy on service-role/AWSLambdaVPCAccessExecutionRole',
  ],
  'AWS Backup copies with it; AWS keeps it up to date with what that needs for each type.': [
    'CopyRole AWS managed policy on service-role/AWSBackupServiceRolePolicyForBackup',
  ],
  'Whether the copy of a basic DynamoDB backup has an ARN of the same form is not documented; the simulator gives it one of AWS Backup\'s own.': [
    'HandlerRole backup:DescribeRecoveryPoint on arn:aws:dynamodb:eu-west-1:111122223333:table/*/backup/*',
    'HandlerRole backup:UpdateRecoveryPointLifecycle on arn:aws:dynamodb:eu-west-1:111122223333:table/*/backup/*',
  ],
};

/** What the handler may do by each of its policies, and a story that fails without it. */
const NEEDED: [policy: string, action: string, story: keyof typeof STORIES][] = [
  ['HandlerRole/Copies1', 'backup:StartCopyJob', 'unreachable'],
  ['HandlerRole/Copies1', 'backup:DescribeCopyJob', 'unreachable'],
  ['HandlerRole/Copies1', 'iam:PassRole', 'unreachable'],
  ['HandlerRole/Copies1', 'backup:DescribeRecoveryPoint', 'lifecycle'],
  ['HandlerRole/Copies1', 'backup:UpdateRecoveryPointLifecycle', 'lifecycle'],
  ['ForDeletion <Stack>', 'cloudformation:DescribeStacks', 'lifecycle'],
  ['ForDeletion <Stack>', 'cloudformation:DescribeStackResource', 'longer'],
  ...['arn:aws:ec2:eu-west-1::snapshot/*', 'arn:aws:backup:eu-west-1:111122223333:recovery-point:*'].flatMap((pattern): typeof NEEDED => [
    [`ForDeletion ${pattern}`, 'backup:DeleteRecoveryPoint', 'deleted'],
    [`ForDeletion ${pattern}`, 'backup:DescribeRecoveryPoint', 'deleted'],
  ]),
  ['ForDeletion arn:aws:ec2:eu-north-1::snapshot/*', 'backup:DeleteRecoveryPoint', 'chain'],
  ['ForDeletion arn:aws:ec2:eu-north-1::snapshot/*', 'backup:DescribeRecoveryPoint', 'chain'],
  ['Second/HandlerPolicy', 'backup:StartCopyJob', 'chain'],
  ['Last/HandlerPolicy', 'backup:StartCopyJob', 'chain'],
  ['Nested/Copy/HandlerPolicy', 'iam:PassRole', 'nested'],
  ...['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource', 'cloudformation:ListStackResources'].map((action): typeof NEEDED[number] => [
    'ForDeletion arn:aws:cloudformation:us-east-1:111122223333:stack/*', action, 'nested',
  ]),
  ...['backup:StartCopyJob', 'backup:DescribeCopyJob', 'iam:PassRole', 'backup:DescribeRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle']
    .map((action): typeof NEEDED[number] => ['Nested/HandlerRole/Copies1', action, 'nestedProvider']),
  ['Nested/ForDeletion <Nested>', 'cloudformation:DescribeStacks', 'nestedProvider'],
  ['Nested/ForDeletion <Nested>', 'cloudformation:DescribeStackResource', 'nestedProvider'],
  ['Nested/ForDeletion <Stack>', 'cloudformation:DescribeStacks', 'nestedProvider'],
];

let plays: Play[];
let grants: Grant[];
beforeAll(async () => {
  plays = [];
  for (const story of Object.values(STORIES)) plays.push(await play(story));
  grants = plays.flatMap(each => each.grants);
});

const nameOf = ({ role, action, resource }: Grant) => `${role} ${action} on ${resource}`;

/** A policy of one resource is told from others by that. */
const policyOf = ({ policy, resource }: Grant) => policy.replace(/ForDeletion.*/, `ForDeletion ${resource}`);

/** What is granted in any of the plays and used in none. */
function unused(of: readonly Play[]): string[] {
  const used = new Set(of.flatMap(each => each.grants.filter(grant => each.used.some(use => covers(grant, use)))).map(nameOf));
  return [...new Set(of.flatMap(each => each.grants).map(nameOf))].filter(name => !used.has(name) && !THE_FRAMEWORKS_OWN.test(name)).sort();
}

/** What IAM's tables say against any of the grants that are the library's own. */
async function tooWide(of: readonly Grant[]): Promise<string[]> {
  const own = new Map(of.filter(({ action }) => action !== AWS_MANAGED_POLICY).map(grant => [nameOf(grant), grant]));
  return (await Promise.all([...own.values()].map(objections))).flat();
}

/** Rewrites the statements of a policy that have the action. */
function rewriting(policy: string, action: string, rewritten: (statement: Statement) => Statement): Change {
  const { policyId } = grants.find(grant => policyOf(grant) === policy && grant.action === action)!;
  return resources => {
    const { PolicyDocument: document } = resources[policyId]?.Properties ?? {};
    if (document) document.Statement = document.Statement.map((each: Statement) => actions(each).includes(action) ? rewritten(each) : each);
  };
}

describe('what the library grants', () => {
  it('is used in some story, or has a reason', () => {
    expect(unused(plays)).toEqual(Object.values(UNUSED).flat().sort());
  });

  it('is all that is used, apart from AWS\'s own policies', () => {
    const beyond = plays.flatMap(({ grants: own, used }) => {
      const roles = new Set(own.filter(({ role }) => role !== 'CopyRole').map(({ roleArn }) => roleArn));
      return used.filter(use => roles.has(use.roleArn) && !own.some(grant => covers(grant, use)));
    });
    expect(beyond).toEqual([]);
  });

  it('is enough: no story ends early, and nothing is denied in the end', () => {
    expect(plays.map(({ statuses }) => statuses.length)).toEqual(Object.values(STORIES).map(({ length }) => length));
    expect(plays.flatMap(({ failures }) => failures).filter(reason => /AccessDenied|not authorized/.test(reason))).toEqual([]);
  });

  it('is as narrow as IAM\'s tables allow', async () => {
    expect(await tooWide(grants)).toEqual([]);
  });
});

describe('what the handler is allowed', () => {
  it('is all in what follows', () => {
    const excused = new Set(Object.values(UNUSED).flat());
    const allowed = grants.filter(grant => grant.role === 'HandlerRole' && !excused.has(nameOf(grant))).map(grant => `${policyOf(grant)} ${grant.action}`);
    expect([...new Set(allowed)].sort()).toEqual(NEEDED.map(([policy, action]) => `${policy} ${action}`).sort());
  });

  it.each(NEEDED)('is needed: by %s to call %s (story: %s)', async (policy, action, story) => {
    // A policy needs an action.
    const without = rewriting(policy, action, statement => ({
      ...statement, Action: actions(statement).map(each => each === action ? 'sts:GetCallerIdentity' : each),
    }));
    const { failures } = await play(STORIES[story], without);
    expect(failures).toContainEqual(expect.stringContaining(`is not authorized to perform: ${action} on resource`));
  });
});

describe('a template that allows more is found out', () => {
  const copy: Story = [{ build: stack => void copyJob(stack) }];
  const start = (rewritten: (statement: Statement) => Statement) => rewriting('HandlerRole/Copies1', 'backup:StartCopyJob', rewritten);

  it('by an action that nobody uses', async () => {
    const widened = await play(copy, start(statement => ({ ...statement, Action: [...actions(statement), 'backup:DeleteBackupVault'] })));
    expect(widened.statuses).toEqual(['CREATE_COMPLETE']);
    const name = 'HandlerRole backup:DeleteBackupVault on arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
    expect(unused([...plays, widened])).toEqual([...Object.values(UNUSED).flat(), name].sort());
    expect(await tooWide(widened.grants)).toEqual([expect.stringMatching(/^backup:DeleteBackupVault can be held to \S+:backup-vault:/)]);
  });

  it('by a policy of AWS\'s that nobody needs', async () => {
    const widened = await play(copy, resources => {
      const role = resources[grants.find(({ role: name }) => name === 'CopyRole')!.policyId];
      role.Properties.ManagedPolicyArns.push('arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole');
    });
    expect(unused([...plays, widened])).toContain('CopyRole AWS managed policy on service-role/AWSLambdaBasicExecutionRole');
  });

  it.each([
    '*',
    'arn:aws:ec2:*::snapshot/snap-0123456789abcdef0',
    'arn:aws:ec2:*:*:*',
  ])('by a statement on %s', async Resource => {
    const widened = await play(copy, start(statement => ({ ...statement, Resource })));
    expect(widened.statuses).toEqual(['CREATE_COMPLETE']);
    expect(await tooWide(widened.grants)).toEqual([expect.stringMatching(/^backup:StartCopyJob can be held to .* is allowed on \S*\*/)]);
  });

  it('by every action', async () => {
    const widened = await play(copy, start(statement => ({ ...statement, Action: 'backup:*' })));
    expect(await tooWide(widened.grants)).toEqual(['backup:* is no action']);
  });

  it('by a condition that does not belong to the action', async () => {
    const { grants: own } = await play(copy, start(statement => ({
      ...statement, Condition: { StringNotEqualsIfExists: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    })));
    expect(await tooWide(own)).toEqual(['backup:StartCopyJob has no condition key iam:PassedToService']);
  });

  it('by a role of any account', async () => {
    const widened = await play(copy, rewriting('HandlerRole/Copies1', 'iam:PassRole', statement => ({ ...statement, Resource: 'arn:aws:iam::*:role/*' })));
    expect(await tooWide(widened.grants)).toEqual([expect.stringMatching(/^iam:PassRole can be held to \S+:role\/\S+, but is allowed on arn:aws:iam::\*:role\/\*$/)]);
  });
});
