import { App, Aws, CfnParameter, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import { actions, allowed, filled, handlerActions, handlerPolicies, handlerRole, policies, resources } from './handler-policies';
import { copyJob, ENV, SNAPSHOT, synthesized, vaultIn } from './sample-job';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'S', { env: ENV });
});

describe('the handler', () => {
  it.each<[string, Partial<OneTimeCopyJobProps>, string[]]>([
    ['a copy', {}, []],
    ['a copy that nothing waits for', { waitForCompletion: false }, []],
    ['a long copy', { timeout: Duration.minutes(56) }, []],
    ['a copy under DESTROY', { removalPolicy: RemovalPolicy.DESTROY }, ['backup:DeleteRecoveryPoint', 'cloudformation:ListStackResources']],
  ])('is allowed what %s within the account needs, and no more', (_what, props, more) => {
    copyJob(stack, props);
    const template = synthesized(stack);
    expect(handlerActions(template)).toEqual(new Set([
      'backup:DescribeCopyJob',
      'backup:DescribeRecoveryPoint',
      'backup:StartCopyJob',
      'backup:UpdateRecoveryPointLifecycle',
      'cloudformation:DescribeStackResource',
      'cloudformation:DescribeStacks',
      'iam:PassRole',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      ...more,
    ]));
    expect(template.Resources[handlerRole(template)].Properties).toEqual({
      AssumeRolePolicyDocument: expect.anything(),
      Description: 'Starts and follows AWS Backup copy jobs',
    });
  });

  it('starts copies of the recovery points given only', () => {
    copyJob(stack, {}, 'A');
    copyJob(stack, { recoveryPointArn: `${SNAPSHOT}1` }, 'B');
    expect(allowed(handlerPolicies(synthesized(stack)), 'backup:StartCopyJob')).toEqual([SNAPSHOT, `${SNAPSHOT}1`]);
  });

  it('passes the copy roles given only, and to AWS Backup only', () => {
    copyJob(stack, { role: Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/mine') });
    const template = synthesized(stack);
    expect(policies(template).flatMap(({ statements }) => statements).filter(statement => actions(statement).includes('iam:PassRole'))).toEqual([{
      Action: 'iam:PassRole',
      Effect: 'Allow',
      Resource: 'arn:aws:iam::111122223333:role/mine',
      Condition: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } },
    }]);
  });

  it.each([
    ['EBS', SNAPSHOT, ['ec2:eu-west-1::snapshot/*']],
    ['AMI', 'arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0', ['ec2:eu-west-1::image/*']],
    ['RDS', 'arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1', ['rds:eu-west-1:111122223333:snapshot:awsbackup:*']],
    ['Aurora', 'arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1', ['rds:eu-west-1:111122223333:cluster-snapshot:awsbackup:*']],
    ['DynamoDB', 'arn:aws:dynamodb:us-east-1:111122223333:table/T/backup/1', ['dynamodb:eu-west-1:111122223333:table/*/backup/*']],
    ['FSx', 'arn:aws:fsx:us-east-1:111122223333:backup/backup-1', ['fsx:eu-west-1:111122223333:backup/*']],
    ['Redshift', 'arn:aws:redshift:us-east-1:111122223333:snapshot:r/awsbackup:1', ['redshift:eu-west-1:111122223333:snapshot:*']],
    ['EFS', 'arn:aws:backup:us-east-1:111122223333:recovery-point:1', []],
  ])('looks after copies of the type %s in the destination\'s Region only', (_type, recoveryPointArn, own) => {
    copyJob(stack, { recoveryPointArn });
    expect(allowed(handlerPolicies(synthesized(stack)), 'backup:DescribeRecoveryPoint').map(filled).sort())
      .toEqual([...own, 'backup:eu-west-1:111122223333:recovery-point:*'].map(end => `arn:aws:${end}`).sort());
  });

  it('looks after a copy of an unknown type in the destination\'s Region only', () => {
    copyJob(stack, { recoveryPointArn: new CfnParameter(stack, 'RecoveryPoint').valueAsString });
    expect(allowed(handlerPolicies(synthesized(stack)), 'backup:DescribeRecoveryPoint').map(filled).sort()).toEqual([
      'backup:eu-west-1:111122223333:recovery-point:*',
      'ec2:eu-west-1::snapshot/*',
      'ec2:eu-west-1::image/*',
      'rds:eu-west-1:111122223333:snapshot:awsbackup:*',
      'rds:eu-west-1:111122223333:cluster-snapshot:awsbackup:*',
      'dynamodb:eu-west-1:111122223333:table/*/backup/*',
      'fsx:eu-west-1:111122223333:backup/*',
      'redshift:eu-west-1:111122223333:snapshot:*',
      'redshift-serverless:eu-west-1:111122223333:snapshot*',
    ].map(arn => `arn:aws:${arn}`).sort());
  });

  it('looks after recovery points of its own account only', () => {
    copyJob(stack);
    const found = policies(synthesized(stack)).flatMap(({ statements }) => statements).filter(each => actions(each).includes('backup:DescribeRecoveryPoint'));
    const held = { StringEqualsIfExists: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } };
    expect(found.map(statement => [resources(statement).map(filled), statement.Condition])).toEqual([
      [['arn:aws:ec2:eu-west-1::snapshot/*'], held],
      [['arn:aws:backup:eu-west-1:111122223333:recovery-point:*'], undefined],
    ]);
  });

  it('has no permission on recovery points of another account', () => {
    copyJob(stack, { destinationBackupVault: vaultIn(stack, 'eu-west-1', '444455556666') });
    expect(JSON.stringify(policies(synthesized(stack)))).not.toContain('RecoveryPoint"');
  });

  it('looks after the copy where only the deployment knows the account', () => {
    const agnostic = new Stack(app, 'Agnostic');
    copyJob(agnostic);
    expect(allowed(handlerPolicies(synthesized(agnostic)), 'backup:DescribeRecoveryPoint').length).toBeGreaterThan(0);
  });

  it('is allowed nothing on \'*\' but to describe copy jobs, nor is any other role of the library', () => {
    copyJob(stack);
    const wide = policies(synthesized(stack)).flatMap(({ statements }) => statements).filter(statement => resources(statement).includes('*'));
    expect(wide.map(actions)).toEqual([['backup:DescribeCopyJob']]);
  });
});

describe('what the handler may ask CloudFormation', () => {
  const ASKED = ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource'];
  const asked = () => ASKED.map(action => distinct(allowed(handlerPolicies(synthesized(stack)), action)));
  const distinct = (values: unknown[]) => [...new Map(values.map(value => [JSON.stringify(value), value])).values()];
  const own = { Ref: 'AWS::StackId' };
  // CloudFormation cuts the name of a nested stack where it grows too long, so no part of it is certain.
  const any = () => stack.resolve(`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/*`);

  it.each<[string, Partial<OneTimeCopyJobProps>]>([
    ['long copies', { timeout: Duration.hours(2) }],
    ['copies under DESTROY', { removalPolicy: RemovalPolicy.DESTROY }],
  ])('is about the stack of the copies only: %s', (_what, props) => {
    copyJob(stack, props, 'A');
    copyJob(stack, props, 'B');
    expect(asked()).toEqual([[own], [own]]);
  });

  it('is about any stack of account and Region where jobs are in stacks that are nested in the provider\'s', () => {
    const provider = OneTimeCopyJobProvider.getOrCreate(stack);
    copyJob(new NestedStack(stack, 'One'), { provider, timeout: Duration.hours(2) });
    copyJob(new NestedStack(new NestedStack(stack, 'Two'), 'Deep'), { provider, removalPolicy: RemovalPolicy.DESTROY });
    expect(asked()).toEqual([[any()], [any()]]);
  });

  it('is about both where both have copies', () => {
    copyJob(stack, { timeout: Duration.hours(2) });
    copyJob(new NestedStack(stack, 'Nested'), { provider: OneTimeCopyJobProvider.getOrCreate(stack) });
    expect(asked()).toEqual([[own, any()], [own, any()]]);
  });

  it('is about the root and the own stack where a nested stack has its own provider', () => {
    const nested = new NestedStack(stack, 'Nested');
    copyJob(nested);
    const statements = handlerPolicies(synthesized(nested));
    const root = { Ref: expect.stringMatching(/AWSStackId/) };
    expect(ASKED.map(action => distinct(allowed(statements, action)))).toEqual([[own, root], [own]]);
  });

  it('is, under DESTROY, which resources there are in any stack of account and Region', () => {
    copyJob(stack, { removalPolicy: RemovalPolicy.DESTROY });
    expect(distinct(allowed(handlerPolicies(synthesized(stack)), 'cloudformation:ListStackResources'))).toEqual([any()]);
  });
});
