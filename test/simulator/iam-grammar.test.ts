import { trust } from './backup-fixture';
import { ManualClock } from './manual-clock';
import { Iam } from '../../simulator/iam';

const PATHS = 'user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, '
  + 'report/, access-report/';

const statement = { Effect: 'Allow', Action: 'backup:StartCopyJob', Resource: '*' };

function withStatements(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements.map(each => ({ ...statement, ...each })) };
}

function withoutResource(others: object): object {
  const { Resource: _resource, ...rest } = statement;
  return { Version: '2012-10-17', Statement: { ...rest, ...others } };
}

/** Both kinds of policy, as IAM checks both alike. */
function put(document: object): void {
  const iam = new Iam(new ManualClock(), 0);
  iam.putRole({ arn: 'arn:aws:iam::111122223333:role/r', name: 'r', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  expect(outcome(() => iam.putManagedPolicy('arn:aws:iam::111122223333:policy/p', document))).toEqual(outcome(() => iam.putRolePolicy('r', 'p', document)));
  iam.putRolePolicy('r', 'p', document);
}

function outcome(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const SYNTAX = 'Syntax errors in policy.';
const PREFACED = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

function refusal(message: string) {
  return expect.objectContaining({ name: 'MalformedPolicyDocument', message });
}

describe('a resource is refused', () => {
  const VENDOR = 'Resource vendor must be fully qualified and cannot contain regexes.';

  it.each([
    ['of any service', 'arn:aws:*:eu-west-1:*:*', VENDOR],
    ['of services that begin alike', 'arn:aws:redshift*:eu-west-1:111122223333:snapshot:*', VENDOR],
    ['of services but for a letter', 'arn:aws:ec?:eu-west-1::snapshot/*', VENDOR],
    ['of no service', 'arn:aws::eu-west-1::snapshot/*', VENDOR],
    ['of nothing but a partition', 'arn:aws', VENDOR],
    ['of a partition that AWS does not have', 'arn:azure:ec2:eu-west-1::snapshot/*', 'Partition "azure" is not valid for resource "arn:azure:ec2:eu-west-1::snapshot/*".'],
    ['of no partition', 'arn::ec2:eu-west-1::snapshot/*', 'Partition "" is not valid for resource "arn::ec2:eu-west-1::snapshot/*".'],
    ['of partitions that begin alike', 'arn:aws*:ec2:eu-west-1::snapshot/*', 'Partition "aws*" is not valid for resource "arn:aws*:ec2:eu-west-1::snapshot/*".'],
    ['as an id', 'snap-0123456789abcdef0', 'Resource snap-0123456789abcdef0 must be in ARN format or "*".'],
    ['as nothing', '', 'Resource  must be in ARN format or "*".'],
    ['without a name', 'arn:aws:ec2:eu-west-1::', 'Resource arn:aws:ec2:eu-west-1:: must be in ARN format or "*".'],
    ['that ends after the Region', 'arn:aws:ec2:eu-west-1', 'Resource arn:aws:ec2:eu-west-1 must be in ARN format or "*".'],
    ['a role of a Region', 'arn:aws:iam:eu-west-1:111122223333:role/r', 'IAM resource arn:aws:iam:eu-west-1:111122223333:role/r cannot contain region information.'],
    ['a role of any Region', 'arn:aws:iam:*:111122223333:role/r', 'IAM resource arn:aws:iam:*:111122223333:role/r cannot contain region information.'],
    ['of a kind that IAM does not have', 'arn:aws:iam::111122223333:roles/r', `IAM resource path must either be "*" or start with ${PATHS}.`],
    ['a bucket of a Region', 'arn:aws:s3:eu-west-1::bucket', 'Resource arn:aws:s3:eu-west-1::bucket can not contain region information.'],
  ])('%s', (_what, resource, message) => {
    expect(() => put(withStatements({ Resource: ['arn:aws:ec2:eu-west-1::snapshot/*', resource] }))).toThrow(refusal(message));
    expect(() => put(withoutResource({ NotResource: resource }))).toThrow(refusal(message));
  });
});

it.each([
  '*',
  'arn:aws:ec2:*::snapshot/*',
  'arn:*:ec2:eu-west-?::snapshot/*',
  'arn:aws:backup:*:*:*',
  'arn:aws-cn:rds:cn-north-1:111122223333:cluster-snapshot:awsbackup:*',
  'arn:aws:iam::*:role/*',
  'arn:aws:iam::111122223333:*',
  'arn:aws:s3:::bucket/*',
  'arn:aws:s3:eu-west-1:111122223333:accesspoint/mine',
])('a resource is accepted: %s', resource => {
  expect(() => put(withStatements({ Resource: resource }))).not.toThrow();
});

describe('an action is refused', () => {
  it.each([
    ['without a vendor', 'StartCopyJob', PREFACED],
    ['as nothing', '', PREFACED],
    ['with two colons', 'backup:copy:Start', 'Actions/Condition can contain only one colon.'],
    ['of vendors that begin alike', 'back*:StartCopyJob', 'Vendor back* is not valid'],
    ['of a vendor with a space', ' backup:StartCopyJob', 'Vendor  backup is not valid'],
    ['of an empty vendor', ':StartCopyJob', 'Vendor  is not valid'],
  ])('%s', (_what, action, message) => {
    expect(() => put(withStatements({ Action: ['backup:DescribeCopyJob', action] }))).toThrow(refusal(message));
    expect(() => put(withStatements({}, { Action: action }))).toThrow(refusal(message));
    const { Action: _action, ...others } = statement;
    expect(() => put({ Version: '2012-10-17', Statement: [{ ...others, NotAction: action }] })).toThrow(refusal(message));
  });
});

it.each(['*', 'backup:*', 'backup:Describe*', 'backup:?opy', '*:*'])('an action is accepted: %s', action => {
  expect(() => put(withStatements({ Action: action }))).not.toThrow();
});

describe('a condition is refused', () => {
  const ACCOUNT = { 'aws:ResourceAccount': '111122223333' };

  it.each([
    ['with an operator that IAM does not have', { StringMatches: ACCOUNT }, SYNTAX],
    ['with an operator in another case', { stringequals: ACCOUNT }, SYNTAX],
    ['with a qualifier that IAM does not have', { 'ForSomeValues:StringEquals': ACCOUNT }, SYNTAX],
    ['that asks whether nothing is there if it is there', { NullIfExists: { 'aws:TokenIssueTime': 'true' } }, SYNTAX],
    ['without an operator', ACCOUNT, SYNTAX],
    ['with a list of keys', { StringEquals: ['aws:ResourceAccount'] }, SYNTAX],
    ['with an object for a value', { StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } }, SYNTAX],
    ['without a value', { StringEquals: { 'aws:ResourceAccount': null } }, SYNTAX],
    ['as a list', [{ StringEquals: ACCOUNT }], SYNTAX],
    ['with a key without a vendor', { StringEquals: { ResourceAccount: '111122223333' } }, PREFACED],
    ['with a key whose vendor is a pattern', { StringEquals: { '*:ResourceAccount': '111122223333' } }, 'Vendor * is not valid'],
    ['with a date that is none', { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } }, 'The policy failed legacy parsing'],
  ])('%s', (_what, condition, message) => {
    expect(() => put(withStatements({ Condition: condition }))).toThrow(refusal(message));
  });
});

it.each([
  [{}],
  [{ StringEquals: { 'aws:ResourceAccount': '111122223333' }, ArnLike: { 'aws:SourceArn': ['arn:aws:backup:*:*:*'] } }],
  [{ 'ForAllValues:StringLikeIfExists': { 'aws:TagKeys': ['a*', 'b'] } }],
  [{ StringEquals: { 'aws:ResourceTag/cost:center': 'x' } }],
  [{ Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 's3:max-keys': 10 }, Null: { 'aws:TokenIssueTime': 'false' } }],
  [{ DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' }, DateLessThanEquals: { 'aws:EpochTime': '1893456000' } }],
])('a condition is accepted: %j', condition => {
  expect(() => put(withStatements({ Condition: condition }))).not.toThrow();
});

describe('a statement\'s id', () => {
  it.each(['with-hyphen', 'with space', 'with.dot', 5])('is refused: %s', sid => {
    expect(() => put(withStatements({ Sid: sid })))
      .toThrow(refusal('Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'));
  });

  it('is refused when another statement has it', () => {
    expect(() => put(withStatements({ Sid: 'A' }, { Sid: 'B' }, { Sid: 'A' }))).toThrow(refusal('Statement IDs (SID) in a single policy must be unique.'));
  });

  it('may be missing or empty in any number of statements', () => {
    expect(() => put(withStatements({ Sid: 'A' }, { Sid: 'a' }, {}, {}, { Sid: '' }, { Sid: '' }))).not.toThrow();
  });
});

describe('a document is refused', () => {
  it.each<[string, object, string]>([
    ['of the version before', { Version: '2008-10-17' }, 'Policy document must be version 2012-10-17 or greater.'],
    ['without a version', { Version: undefined }, 'Policy document must be version 2012-10-17 or greater.'],
    ['without statements', { Statement: [] }, SYNTAX],
    ['with an element that IAM does not have', { Comment: 'x' }, SYNTAX],
    ['with a statement that is a text', { Statement: ['x'] }, SYNTAX],
    ['with a statement\'s element that IAM does not have', { Statement: { ...statement, Resources: '*' } }, SYNTAX],
    ['with both an action and a negated one', { Statement: { ...statement, NotAction: 's3:*' } }, SYNTAX],
    ['with both a resource and a negated one', { Statement: { ...statement, NotResource: '*' } }, SYNTAX],
    ['with an effect in another case', { Statement: { ...statement, Effect: 'allow' } }, 'Invalid effect: allow'],
  ])('%s', (_what, change, message) => {
    expect(() => put({ Version: '2012-10-17', Statement: [statement], ...change })).toThrow(refusal(message));
  });
});

describe('a trust policy is refused', () => {
  const assumed = { Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const trusting = (change: object) => new Iam(new ManualClock(), 0).putRole({
    arn: 'arn:aws:iam::111122223333:role/r', name: 'r', assumeRolePolicyDocument: { Version: '2008-10-17', Statement: [{ ...assumed, ...change }] },
  });

  it.each([
    ['with an action of another service', { Action: 'backup:StartCopyJob' }, 'AssumeRole policy may only specify STS AssumeRole actions.'],
    ['with any action', { Action: '*' }, 'AssumeRole policy may only specify STS AssumeRole actions.'],
    ['with a resource', { Resource: '*' }, 'Has prohibited field Resource'],
  ])('%s', (_what, change, message) => {
    expect(() => trusting({})).not.toThrow();
    expect(() => trusting(change)).toThrow(refusal(message));
  });
});
