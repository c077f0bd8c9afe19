import { trust } from './backup-fixture';
import { ManualClock } from './manual-clock';
import { Iam } from '../../simulator/iam';

const ROLE = 'arn:aws:iam::111122223333:role/handler';
const POLICY = 'arn:aws:iam::111122223333:policy/p';
const OTHER_POLICY = 'arn:aws:iam::111122223333:policy/other';

function policy(effect: string, action: string, extra: object = {}): object {
  return { Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: '*', ...extra }] };
}

function fixture(propagationSeconds = 0): { clock: ManualClock; iam: Iam } {
  const clock = new ManualClock();
  const iam = new Iam(clock, propagationSeconds);
  iam.putRole({ arn: ROLE, name: 'handler', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  return { clock, iam };
}

describe('denial', () => {
  it('is the sentence of AWS, or undefined', () => {
    const { iam } = fixture();
    expect(iam.denial(ROLE, 'backup:DescribeCopyJob', '*')).toBe(
      'User: arn:aws:sts::111122223333:assumed-role/handler/simulated is not authorized to perform: backup:DescribeCopyJob on resource: * '
      + 'because no identity-based policy allows the backup:DescribeCopyJob action');
    iam.putRolePolicy('handler', 'p', policy('Allow', 'backup:DescribeCopyJob'));
    expect(iam.denial(ROLE, 'backup:DescribeCopyJob', '*')).toBeUndefined();
    iam.putRolePolicy('handler', 'd', policy('Deny', 'backup:*'));
    expect(iam.denial(ROLE, 'backup:DescribeCopyJob', '*')).toMatch(/with an explicit deny in an identity-based policy$/);
  });

  it('regards resources, conditions and managed policies', () => {
    const { iam } = fixture();
    iam.putManagedPolicy(POLICY, policy('Allow', 'backup:DeleteRecoveryPoint', {
      Resource: 'arn:aws:ec2:eu-west-1::snapshot/*',
      Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
    }));
    iam.attachRolePolicy('handler', POLICY);
    const denied = (resource: string, account: string) =>
      iam.denial(ROLE, 'backup:DeleteRecoveryPoint', resource, { 'aws:ResourceAccount': account }) !== undefined;
    expect(denied('arn:aws:ec2:eu-west-1::snapshot/snap-1', '111122223333')).toBe(false);
    expect(denied('arn:aws:ec2:us-east-1::snapshot/snap-1', '111122223333')).toBe(true);
    expect(denied('arn:aws:ec2:eu-west-1::snapshot/snap-1', '444455556666')).toBe(true);
  });

  it('follows a policy that is changed after it was asked for', () => {
    const { iam } = fixture();
    const denied = () => iam.denial(ROLE, 'backup:StartCopyJob', '*') !== undefined;
    const answers = ['s3:*', 'backup:*', 's3:*'].map(action => {
      iam.putRolePolicy('handler', 'p', policy('Allow', action));
      return denied();
    });
    expect(answers).toEqual([true, false, true]);
  });

  it('keeps to the permissions boundary', () => {
    const { iam } = fixture();
    iam.putManagedPolicy(POLICY, policy('Allow', 's3:*'));
    iam.putRole({
      arn: ROLE,
      name: 'handler',
      assumeRolePolicyDocument: trust('lambda.amazonaws.com'),
      policies: { all: policy('Allow', '*') },
      permissionsBoundary: POLICY,
    });
    expect(iam.denial(ROLE, 'backup:DescribeCopyJob', '*')).toMatch(/because no permissions boundary allows the backup:DescribeCopyJob action$/);
  });

  it('lets a role that no template declared do everything, and one that is gone nothing', () => {
    const { iam } = fixture();
    expect(iam.denial('arn:aws:iam::111122223333:role/foreign', 'backup:StartCopyJob', '*')).toBeUndefined();
    iam.deleteRole('handler');
    expect(iam.denial(ROLE, 'backup:StartCopyJob', '*')).toMatch('is not authorized');
  });
});

describe('a change', () => {
  it('that allows holds late, one that takes away at once', async () => {
    const { clock, iam } = fixture(10);
    const allowed = () => iam.denial(ROLE, 'backup:StartCopyJob', '*') === undefined;
    await clock.pass(60);
    iam.putRolePolicy('handler', 'p', policy('Allow', 'backup:StartCopyJob'));
    await clock.pass(9);
    expect(allowed()).toBe(false);
    await clock.pass(1);
    expect(allowed()).toBe(true);
    iam.putRolePolicy('handler', 'p', policy('Allow', 'backup:*'));
    expect(allowed()).toBe(true);
    iam.deleteRolePolicy('handler', 'p');
    expect(allowed()).toBe(false);
  });

  it('of a trust policy holds late too', async () => {
    const { clock, iam } = fixture(10);
    expect(iam.assumableBy(ROLE, 'lambda.amazonaws.com')).toBe(false);
    await clock.pass(10);
    expect(iam.assumableBy(ROLE, 'lambda.amazonaws.com')).toBe(true);
    expect(iam.assumableBy(ROLE, 'backup.amazonaws.com')).toBe(false);
  });
});

describe('a policy is refused', () => {
  it.each([
    ['text', 'Syntax errors in policy.'],
    [{ Version: '2012-10-17' }, 'Syntax errors in policy.'],
    [{ Version: '2012-10-17', Statements: [] }, 'Syntax errors in policy.'],
    [{ ...policy('Allow', 's3:*'), Version: '2024-01-01' }, 'The policy must contain a valid version string'],
    [policy('Permit', 's3:*'), 'Invalid effect: Permit'],
    [policy('Allow', 's3:*', { Principal: '*' }), 'Policy document should not specify a principal.'],
    [policy('Allow', 's3:*', { Resource: undefined, Action: [] }), 'Syntax errors in policy.'],
    [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*' }] }, 'Policy statement must contain actions.'],
    [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*' }] }, 'Policy statement must contain resources.'],
    [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '' }] }, 'Resource  must be in ARN format or "*".'],
    [policy('Allow', 's3:*', { Resource: { 'Fn::GetAtt': ['A', 'Arn'] } }), 'Syntax errors in policy.'],
  ])('%j', (document, message) => {
    expect(() => fixture().iam.putRolePolicy('handler', 'p', document)).toThrow(message);
  });

  it('above the limits of IAM', () => {
    const { iam } = fixture();
    const sized = (characters: number) => policy('Allow', 's3:*', { Resource: `arn:aws:s3:::${'x'.repeat(characters)}` });
    iam.putRolePolicy('handler', 'a', sized(5_000));
    expect(() => iam.putRolePolicy('handler', 'b', sized(5_300))).toThrow('Maximum policy size of 10240 bytes exceeded for role handler');
    expect(() => iam.putManagedPolicy(POLICY, sized(6_144))).toThrow('Cannot exceed quota for PolicySize: 6144');
    Array.from({ length: 10 }, (_, i) => `${POLICY}${i}`).forEach(arn => {
      iam.putManagedPolicy(arn, sized(1));
      iam.attachRolePolicy('handler', arn);
    });
    iam.putManagedPolicy(POLICY, sized(1));
    expect(() => iam.attachRolePolicy('handler', POLICY)).toThrow('Cannot exceed quota for PoliciesPerRole: 10');
  });

  it('above the limit of a role\'s trust policy', () => {
    const { iam } = fixture();
    const sized = (sid: number) => ({ Version: '2012-10-17', Statement: [{ Sid: 's'.repeat(sid), Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
    const room = 2_048 - JSON.stringify(sized(0)).length;
    const put = (sid: number) => iam.putRole({ arn: ROLE, name: 'handler', assumeRolePolicyDocument: sized(sid) });
    expect(() => put(room)).not.toThrow();
    expect(() => put(room + 1)).toThrow(expect.objectContaining({ name: 'LimitExceeded', message: 'Cannot exceed quota for ACLSizePerRole: 2048' }));
  });

  it('where it is not known', () => {
    const { iam } = fixture();
    expect(() => iam.attachRolePolicy('handler', 'arn:aws:iam::aws:policy/AdministratorAccess')).toThrow('policy/AdministratorAccess');
    expect(() => iam.attachRolePolicy('handler', OTHER_POLICY)).toThrow(`Policy ${OTHER_POLICY} does not exist or is not attachable.`);
    iam.deleteRole('handler');
    expect(() => iam.putRolePolicy('handler', 'p', policy('Allow', '*'))).toThrow('The role with name handler cannot be found.');
    expect(() => iam.putRolePolicy('not-of-the-template', 'p', policy('Allow', '*'))).not.toThrow();
  });

  it('while it is attached, for deletion', () => {
    const { iam } = fixture();
    iam.putManagedPolicy(POLICY, policy('Allow', '*'));
    iam.attachRolePolicy('handler', POLICY);
    expect(() => iam.deletePolicy(POLICY)).toThrow('Cannot delete a policy attached to entities.');
    iam.detachRolePolicy('handler', POLICY);
    expect(() => iam.deletePolicy(POLICY)).not.toThrow();
    expect(() => iam.attachRolePolicy('handler', POLICY)).toThrow('does not exist');
  });
});

it('remembers what was used, once', () => {
  const { iam } = fixture();
  iam.putRolePolicy('handler', 'p', policy('Allow', 'backup:StartCopyJob'));
  ['backup:StartCopyJob', 'backup:StartCopyJob', 'backup:DescribeCopyJob'].forEach(action => iam.denial(ROLE, action, '*'));
  expect(iam.used()).toEqual([{ roleArn: ROLE, action: 'backup:StartCopyJob', resourceArn: '*' }]);
});

it('goes on from its written state', () => {
  const { clock, iam } = fixture();
  iam.putRolePolicy('handler', 'p', policy('Allow', 'backup:StartCopyJob'));
  const later = new Iam(clock, 0, JSON.parse(JSON.stringify(iam)));
  expect(later.denial(ROLE, 'backup:StartCopyJob', '*')).toBeUndefined();
  expect(later.denial(ROLE, 'backup:DescribeCopyJob', '*')).toBeDefined();
});
