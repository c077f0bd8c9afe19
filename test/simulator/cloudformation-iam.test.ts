import { CloudFormationFixture, FUNCTION } from './cloudformation-fixture';
import { ResourceDeclaration } from '../../simulator/cloudformation/template';

let aws: CloudFormationFixture;

beforeEach(() => {
  aws = new CloudFormationFixture();
});

const document = (action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const role = (properties: Record<string, unknown> = {}): ResourceDeclaration => ({
  Type: 'AWS::IAM::Role', Properties: { ...FUNCTION.Role.Properties, ...properties },
});
const policy = (action: string, roles: string[], name = 'p'): ResourceDeclaration => ({
  Type: 'AWS::IAM::Policy', Properties: { PolicyName: name, PolicyDocument: document(action), Roles: roles.map(Ref => ({ Ref })) },
});
const managed = (action: string, roles: string[]): ResourceDeclaration => ({
  Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document(action), Roles: roles.map(Ref => ({ Ref })) },
});
const may = (logicalId: string, action: string) => aws.iam.denial(String(aws.state!.resources[logicalId].attributes.Arn), action, '*') === undefined;

it.each([['an inline policy', policy], ['a managed policy', managed]])('%s follows its template from role to role', async (_what, make) => {
  await aws.deploy({ A: role(), B: role(), P: make('backup:StartCopyJob', ['A']) });
  expect([may('A', 'backup:StartCopyJob'), may('B', 'backup:StartCopyJob')]).toEqual([true, false]);
  await aws.deploy({ A: role(), B: role(), P: make('backup:DescribeCopyJob', ['B']) });
  expect([may('A', 'backup:DescribeCopyJob'), may('B', 'backup:DescribeCopyJob'), may('B', 'backup:StartCopyJob')]).toEqual([false, true, false]);
  await aws.deploy({ A: role(), B: role(), P: make('backup:StartCopyJob', ['A', 'B']) });
  expect([may('A', 'backup:StartCopyJob'), may('B', 'backup:StartCopyJob')]).toEqual([true, true]);
  await aws.deploy({ A: role(), B: role() });
  expect([may('A', 'backup:StartCopyJob'), may('B', 'backup:StartCopyJob')]).toEqual([false, false]);
});

it('an inline policy of another name takes the place of the first', async () => {
  await aws.deploy({ A: role(), P: policy('backup:StartCopyJob', ['A'], 'first') });
  await aws.deploy({ A: role(), P: policy('backup:DescribeCopyJob', ['A'], 'second') });
  expect([may('A', 'backup:StartCopyJob'), may('A', 'backup:DescribeCopyJob')]).toEqual([false, true]);
});

it('a role loses the policies that its template no longer has, and keeps those of other resources', async () => {
  const own = { Policies: [{ PolicyName: 'own', PolicyDocument: document('backup:StartCopyJob') }], ManagedPolicyArns: [{ Ref: 'M' }] };
  const others = { P: policy('backup:DescribeRecoveryPoint', ['A']), M: managed('backup:DescribeCopyJob', []) };
  const actions = ['backup:StartCopyJob', 'backup:DescribeCopyJob', 'backup:DescribeRecoveryPoint'];
  await aws.deploy({ A: role(own), ...others });
  expect(actions.map(action => may('A', action))).toEqual([true, true, true]);
  await aws.deploy({ A: role(), ...others });
  expect(actions.map(action => may('A', action))).toEqual([false, false, true]);
});

it('what IAM refuses fails the resource', async () => {
  await aws.deploy({ A: role({ ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/missing'] }) });
  expect(aws.eventOf('A', 'CREATE_FAILED').reason).toContain('does not exist or is not attachable');
});
