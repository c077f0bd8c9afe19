import { App, CfnParameter, Duration, NestedStack, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PermissionsBoundary, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { COPY_TYPE, copyJob } from './sample-job';
import { OneTimeCopyJobProvider, OneTimeCopyJobProviderProps } from '../src';

const SHARED_ID = 'cdk-backup-copy-job.Provider';
const SHARED_FRAMEWORK = 'cdkbackupcopyjobProviderFrameworkframeworkonEventC469DAA0';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'S');
});

const provided = (props?: OneTimeCopyJobProviderProps) => {
  new OneTimeCopyJobProvider(stack, 'Provider', props);
  return Template.fromStack(stack);
};
const ofType = (template: Template, type: string) => Object.values(template.findResources(type)).map(resource => resource.Properties);
const serviceTokens = (template: Template) => ofType(template, COPY_TYPE).map(properties => properties.ServiceToken);

describe('the shared provider', () => {
  it('serves all jobs of a stack', () => {
    ['A', 'B', 'C'].forEach(id => copyJob(stack, {}, id));
    const template = Template.fromStack(stack);
    template.resourceCountIs(COPY_TYPE, 3);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
    template.resourceCountIs('AWS::Lambda::Function', 5);
    expect(serviceTokens(template)).toEqual(Array(3).fill({ 'Fn::GetAtt': [SHARED_FRAMEWORK, 'Arn'] }));
  });

  it('never changes its service token, wherever the stack is and however deep the job', () => {
    const staged = new Stack(new Stage(app, 'Prod'), 'Other', { env: { region: 'us-east-1', account: '111122223333' } });
    copyJob(new Construct(new Construct(staged, 'Some'), 'Where'));
    const template = Template.fromStack(staged);
    expect(serviceTokens(template)).toEqual([{ 'Fn::GetAtt': [SHARED_FRAMEWORK, 'Arn'] }]);
    expect(template.findResources('AWS::Lambda::Function')[SHARED_FRAMEWORK].Properties.Handler).toBe('framework.onEvent');
  });

  it('is one a stack', () => {
    expect(OneTimeCopyJobProvider.getOrCreate(stack)).not.toBe(OneTimeCopyJobProvider.getOrCreate(new Stack(app, 'Other')));
  });

  it('is the same for every caller in a stack', () => {
    const provider = OneTimeCopyJobProvider.getOrCreate(stack);
    expect(OneTimeCopyJobProvider.getOrCreate(new Construct(stack, 'Deep'))).toBe(provider);
  });

  it('is set up by the first call, and later calls without props take it as it is', () => {
    const provider = OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.minutes(1) });
    expect(OneTimeCopyJobProvider.getOrCreate(stack)).toBe(provider);
    copyJob(stack);
    expect(waiter(Template.fromStack(stack))).toMatchObject({ IntervalSeconds: 60 });
  });

  it('takes the same props again', () => {
    const [vpc, key, logGroup] = [new Vpc(stack, 'Vpc'), new Key(stack, 'Key'), new LogGroup(stack, 'Logs')];
    const securityGroups = [new SecurityGroup(stack, 'Group', { vpc })];
    const props = () => ({
      pollInterval: Duration.minutes(1),
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [...securityGroups],
      logGroup,
      environmentEncryption: key,
    });
    const provider = OneTimeCopyJobProvider.getOrCreate(stack, props());
    expect(OneTimeCopyJobProvider.getOrCreate(stack, { ...props(), pollInterval: Duration.seconds(60) })).toBe(provider);
  });

  it.each([
    ['nothing', {}], ['undefined', { vpc: undefined }], ['null', { vpc: null as unknown as undefined, pollInterval: null as unknown as undefined }],
  ])('is given as it is to who says %s', (_what, props) => {
    const provider = OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.minutes(1) });
    expect(OneTimeCopyJobProvider.getOrCreate(stack, props)).toBe(provider);
    expect(OneTimeCopyJobProvider.getOrCreate(stack, { ...props, pollInterval: Duration.minutes(1) })).toBe(provider);
  });

  it.each<[string, (scope: Construct) => OneTimeCopyJobProviderProps]>([
    ['pollInterval', () => ({ pollInterval: Duration.seconds(10) })],
    ['vpc', scope => ({ vpc: new Vpc(scope, 'Vpc') })],
    ['logGroup', scope => ({ logGroup: new LogGroup(scope, 'Logs') })],
    ['environmentEncryption', scope => ({ environmentEncryption: new Key(scope, 'Key') })],
  ])('refuses another %s and names both places', (_prop, props) => {
    copyJob(stack, {}, 'First');
    const second = new Construct(stack, 'Second');
    expect(() => OneTimeCopyJobProvider.getOrCreate(second, props(second))).toThrow(new Error('S/Second: the shared OneTimeCopyJobProvider of S was '
      + 'already set up, with other props, by S/First. Set it up in one place, before the first job, or hand jobs a \'provider\' of your own.'));
  });

  it('refuses subnets that differ in one setting', () => {
    const vpc = new Vpc(stack, 'Vpc');
    const props = (onePerAz: boolean) => ({ vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS, onePerAz } });
    OneTimeCopyJobProvider.getOrCreate(stack, props(true));
    expect(() => OneTimeCopyJobProvider.getOrCreate(stack, props(false))).toThrow(/^S: .* by S\./);
  });

  it('refuses an id that something else has taken', () => {
    new Construct(stack, SHARED_ID);
    expect(() => copyJob(stack)).toThrow(new Error(`S/Copy: the id '${SHARED_ID}' in S is taken by a construct that is not this library's `
      + 'OneTimeCopyJobProvider. Is the library installed twice? Install it once, or hand each job a \'provider\' of your own.'));
  });

  it('of a parent serves a nested stack that is handed it', () => {
    const nested = new NestedStack(stack, 'Nested');
    copyJob(nested, { provider: OneTimeCopyJobProvider.getOrCreate(stack) });
    const inner = Template.fromStack(nested);
    const [{ Ref: parameter }] = serviceTokens(inner);
    inner.resourceCountIs('AWS::Lambda::Function', 0);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudFormation::Stack', {
      Parameters: Match.objectLike({ [parameter]: { 'Fn::GetAtt': [SHARED_FRAMEWORK, 'Arn'] } }),
    });
  });

  it('of a nested stack is its own otherwise', () => {
    copyJob(stack);
    const nested = new NestedStack(stack, 'Nested');
    copyJob(nested);
    Template.fromStack(nested).resourceCountIs('AWS::Lambda::Function', 5);
  });
});

it('a provider made by hand serves the jobs that are handed it, and no shared one is made', () => {
  const provider = new OneTimeCopyJobProvider(stack, 'Own');
  ['A', 'B'].forEach(id => copyJob(stack, { provider }, id));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 5);
  expect(serviceTokens(template)).toEqual(Array(2).fill({ 'Fn::GetAtt': [expect.stringMatching(/^OwnFramework/), 'Arn'] }));
  expect(stack.node.tryFindChild(SHARED_ID)).toBeUndefined();
});

describe('pollInterval', () => {
  it('is 30 seconds by default', () => {
    expect(waiter(provided())).toMatchObject({ IntervalSeconds: 30, MaxAttempts: 116, BackoffRate: 1 });
  });

  it.each([5, 7, 13, 45, 60])('may be %s seconds, and the waiter outlasts every wait but not CloudFormation\'s hour', seconds => {
    const { IntervalSeconds, MaxAttempts } = waiter(provided({ pollInterval: Duration.seconds(seconds) }));
    expect(IntervalSeconds).toBe(seconds);
    expect(seconds * MaxAttempts).toBeGreaterThan(3300);
    expect(seconds * MaxAttempts).toBeLessThan(3600);
  });

  it.each([
    ['less than 5 seconds', Duration.seconds(4), 'Duration.seconds(4)'],
    ['more than a minute', Duration.seconds(61), 'Duration.seconds(61)'],
    ['nothing', Duration.seconds(0), 'Duration.seconds(0)'],
  ])('is refused at %s', (_what, pollInterval, value) => {
    expect(() => provided({ pollInterval })).toThrow(new Error(`S/Provider: pollInterval is '${value}', but it must be whole seconds from 5 seconds `
      + 'to 1 minute. Use e.g. Duration.seconds(30).'));
  });

  it('is refused at a broken second', () => {
    expect(() => provided({ pollInterval: Duration.millis(5500) })).toThrow(/^S\/Provider: pollInterval is '.*', but it must be whole seconds/);
  });

  it('is refused as a token', () => {
    const pollInterval = Duration.seconds(new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber);
    expect(() => provided({ pollInterval })).toThrow(new Error(
      'S/Provider: pollInterval is \'a token\', but it shapes the waiter\'s state machine. Use a literal Duration.'));
  });
});

it('runs both handlers from one asset on Node.js 24, the starting one with time to wait for room', () => {
  const handlers = ofType(provided(), 'AWS::Lambda::Function').filter(({ Handler }) => Handler.startsWith('index.'));
  expect(handlers).toEqual([
    expect.objectContaining({ Handler: 'index.onEvent', Runtime: 'nodejs24.x', Timeout: 900 }),
    expect.objectContaining({ Handler: 'index.isComplete', Runtime: 'nodejs24.x', Timeout: 300 }),
  ]);
  expect(handlers[0].Code).toEqual(handlers[1].Code);
  expect(handlers[0].Role).toEqual(handlers[1].Role);
});

describe('a VPC', () => {
  const networks = (template: Template) => ofType(template, 'AWS::Lambda::Function').map(({ VpcConfig }) => VpcConfig);

  it('is none by default', () => {
    expect(networks(provided())).toEqual(Array(5).fill(undefined));
  });

  it('holds all functions, each with a security group of its own', () => {
    const template = provided({ vpc: new Vpc(stack, 'Vpc') });
    expect(new Set(networks(template).map(network => JSON.stringify(network.SecurityGroupIds))).size).toBe(5);
    template.allResourcesProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: Match.anyValue(), SecurityGroupIds: Match.anyValue() } });
  });

  it('holds them in the subnets and security groups given', () => {
    const vpc = new Vpc(stack, 'Vpc', { subnetConfiguration: ['A', 'B'].map(name => ({ name, subnetType: SubnetType.PRIVATE_ISOLATED })) });
    const group = new SecurityGroup(stack, 'Group', { vpc });
    const template = provided({ vpc, vpcSubnets: { subnetGroupName: 'B' }, securityGroups: [group] });
    const expected = {
      SubnetIds: vpc.selectSubnets({ subnetGroupName: 'B' }).subnets.map(subnet => stack.resolve(subnet.subnetId)),
      SecurityGroupIds: [stack.resolve(group.securityGroupId)],
    };
    expect(networks(template)).toEqual(Array(5).fill(expected));
  });

  it('lets every function make network interfaces', () => {
    const template = provided({ vpc: new Vpc(stack, 'Vpc') });
    const roles = template.findResources('AWS::IAM::Role');
    for (const { Role: role } of ofType(template, 'AWS::Lambda::Function')) {
      expect(JSON.stringify(roles[role['Fn::GetAtt'][0]].Properties.ManagedPolicyArns)).toContain('AWSLambdaVPCAccessExecutionRole');
    }
  });

  it.each(['vpcSubnets', 'securityGroups'] as const)('must be there for %s', prop => {
    const props = { vpcSubnets: {}, securityGroups: [] };
    expect(() => provided({ [prop]: props[prop] })).toThrow(new Error(
      `S/Provider: ${prop} is 'set', but there is no vpc. Give vpc too, or leave it out.`));
  });
});

describe('logs', () => {
  const groups = (template: Template) => ofType(template, 'AWS::Lambda::Function').map(({ LoggingConfig }) => LoggingConfig.LogGroup);

  it('go to one log group that keeps three months and goes with the stack', () => {
    const template = provided();
    const [[id, group], ...others] = Object.entries(template.findResources('AWS::Logs::LogGroup'));
    expect(others).toEqual([]);
    expect(group).toMatchObject({ Properties: { RetentionInDays: 90 }, DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    expect(groups(template)).toEqual(Array(5).fill({ Ref: id }));
  });

  it('go to the log group given', () => {
    const logGroup = new LogGroup(stack, 'Mine');
    const template = provided({ logGroup });
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    expect(groups(template)).toEqual(Array(5).fill(stack.resolve(logGroup.logGroupName)));
  });
});

describe('environmentEncryption', () => {
  const keys = (template: Template) => ofType(template, 'AWS::Lambda::Function')
    .filter(({ Environment }) => Environment)
    .map(({ KmsKeyArn }) => KmsKeyArn);

  it('is left to AWS by default', () => {
    expect(keys(provided())).toEqual([undefined, undefined, undefined]);
  });

  it('is the key of every function that has environment variables', () => {
    const key = new Key(stack, 'Key');
    expect(keys(provided({ environmentEncryption: key }))).toEqual(Array(3).fill(stack.resolve(key.keyArn)));
  });
});

describe('what an organization demands', () => {
  const ROLES = [
    'HandlerRole',
    'CopyRole',
    'Framework/framework-onEvent/ServiceRole',
    'Framework/framework-isComplete/ServiceRole',
    'Framework/framework-onTimeout/ServiceRole',
    'Framework/waiter-state-machine/Role',
  ].map(path => `S/${SHARED_ID}/${path}`);

  it('is on every role: a permissions boundary', () => {
    const boundary = ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary');
    copyJob(stack);
    PermissionsBoundary.of(stack).apply(boundary);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', ROLES.length);
    template.allResourcesProperties('AWS::IAM::Role', { PermissionsBoundary: stack.resolve(boundary.managedPolicyArn) });
  });

  it.each(['AWS::IAM::Role', 'AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine', 'AWS::Logs::LogGroup'])('is on every %s: a tag', type => {
    copyJob(stack);
    Tags.of(stack).add('team', 'backup');
    Template.fromStack(stack).allResourcesProperties(type, { Tags: [{ Key: 'team', Value: 'backup' }] });
  });

  it('may be that CDK creates no role and no policy', () => {
    Role.customizeRoles(stack, { usePrecreatedRoles: Object.fromEntries(ROLES.map((path, index) => [path, `role-${index}`])) });
    copyJob(stack);
    const template = Template.fromStack(stack);
    for (const type of ['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) template.resourceCountIs(type, 0);
    expect(JSON.stringify(ofType(template, COPY_TYPE)[0].IamRoleArn)).toContain(':role/role-1');
    expect(ofType(template, 'AWS::Lambda::Function').map(({ Role: role }) => JSON.stringify(role)))
      .toEqual([0, 0, 2, 3, 4].map(index => expect.stringContaining(`:role/role-${index}`)));
  });
});

/** How the state machine repeats the look at a running job. */
function waiter(template: Template) {
  const [{ DefinitionString: { 'Fn::Join': [, parts] } }] = ofType(template, 'AWS::StepFunctions::StateMachine');
  const definition = JSON.parse(parts.map((part: unknown) => typeof part === 'string' ? part : 'arn').join(''));
  return definition.States[definition.StartAt].Retry[0];
}
