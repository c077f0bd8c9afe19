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

it('a role with the name of one that was kept cannot be made', async () => {
  const named = { ...role({ RoleName: 'mine' }), DeletionPolicy: 'Retain' };
  await aws.deploy({ A: named });
  await aws.delete();
  expect((await aws.deploy({ A: named })).status).toBe('ROLLBACK_COMPLETE');
  expect(aws.events.map(({ reason }) => reason)).toContain('Resource handler returned message: "Role with name mine already exists." (HandlerErrorCode: AlreadyExists)');
});

it.each(['deletedFirst', 'cleanedUp'] as const)('an inline policy whose creation was cancelled and kept is there when it is made again: %s', async failedCreations => {
  aws.rules = { ...aws.rules, failedCreations };
  aws.noRollback = true;
  aws.failing.add('Failing');
  aws.failsAfterSeconds = 25;
  const resources = { A: role(), P: policy('backup:StartCopyJob', ['A']), Failing: { Type: 'AWS::SNS::Topic', Properties: {} } };
  await aws.deploy(resources);
  expect(aws.state!.resources.P.status).toBe('CREATE_FAILED');
  aws.failing.clear();
  expect((await aws.deploy(resources)).status).toBe('UPDATE_COMPLETE');
  expect(may('A', 'backup:StartCopyJob')).toBe(true);
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
