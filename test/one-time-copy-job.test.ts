import { Annotations as CdkAnnotations, App, CfnParameter, CfnResource, Duration, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';
import { templateGraph } from './template-graph';
import { ATTRIBUTE_NAMES } from '../src/contract';

const ENV = { region: 'us-east-1', account: '111122223333' };
const SNAPSHOT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
const DR = 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr';
const TYPE = 'Custom::AWSBackupOneTimeCopyJob';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'S', { env: ENV });
});

function copyJob(props: Partial<OneTimeCopyJobProps> = {}, scope = stack, id = 'Copy'): OneTimeCopyJob {
  return new OneTimeCopyJob(scope, id, {
    recoveryPointArn: SNAPSHOT,
    sourceBackupVault: BackupVault.fromBackupVaultName(scope, `${id}Source`, 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultArn(scope, `${id}Destination`, DR),
    ...props,
  });
}

const logicalId = (job: OneTimeCopyJob) => Stack.of(job).getLogicalId(job.node.defaultChild as CfnResource);
const properties = (job: OneTimeCopyJob) => Template.fromStack(Stack.of(job)).toJSON().Resources[logicalId(job)].Properties;

describe('the custom resource', () => {
  it('says what to copy, where to, with which role, and how long to wait', () => {
    expect(properties(copyJob())).toEqual({
      ServiceToken: { 'Fn::GetAtt': ['cdkbackupcopyjobProviderFrameworkframeworkonEventC469DAA0', 'Arn'] },
      ServiceTimeout: '3480',
      RecoveryPointArn: SNAPSHOT,
      SourceBackupVaultName: 'prod',
      SourceRegion: 'us-east-1',
      DestinationBackupVaultArn: DR,
      IamRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/CopyRole/), 'Arn'] },
      RemovalPolicy: 'retain',
      StackName: 'S',
      ConstructPath: 'S/Copy',
      TimeoutSeconds: 3300,
    });
  });

  it('says all that the other props ask for', () => {
    const role = Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/backup');
    const provider = new OneTimeCopyJobProvider(stack, 'Own');
    expect(properties(copyJob({
      role,
      provider,
      moveToColdStorageAfter: Duration.days(7),
      deleteAfter: Duration.days(365),
      optInToArchiveForSupportedResources: true,
      idempotencyToken: 'once',
      timeout: Duration.minutes(10),
      removalPolicy: RemovalPolicy.RETAIN,
    }))).toEqual({
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^OwnFramework/), 'Arn'] },
      ServiceTimeout: '780',
      RecoveryPointArn: SNAPSHOT,
      SourceBackupVaultName: 'prod',
      SourceRegion: 'us-east-1',
      DestinationBackupVaultArn: DR,
      IamRoleArn: 'arn:aws:iam::111122223333:role/backup',
      IdempotencyToken: 'once',
      Lifecycle: { MoveToColdStorageAfterDays: 7, DeleteAfterDays: 365, OptInToArchiveForSupportedResources: true },
      RemovalPolicy: 'retain',
      StackName: 'S',
      ConstructPath: 'S/Copy',
      TimeoutSeconds: 600,
    });
  });

  it('is kept by CloudFormation, as its copy is', () => {
    copyJob();
    Template.fromStack(stack).hasResource(TYPE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('knows its Region only at deployment in a stack without an environment', () => {
    expect(properties(copyJob({}, new Stack(app, 'Agnostic')))).toMatchObject({ SourceRegion: { Ref: 'AWS::Region' } });
  });

  it('names the root stack, as a nested stack\'s own name is random', () => {
    const nested = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
    expect(properties(copyJob({}, nested))).toMatchObject({ StackName: 'S', ConstructPath: 'S/Outer/Inner/Copy' });
  });

  it('names stack and path as they are in a stage', () => {
    const staged = new Stack(new Stage(app, 'Prod'), 'S', { env: ENV });
    expect(properties(copyJob({}, staged))).toMatchObject({ StackName: 'Prod-S', ConstructPath: 'Prod/S/Copy' });
  });
});

describe('attributes', () => {
  const getters = Object.entries(Object.getOwnPropertyDescriptors(OneTimeCopyJob.prototype))
    .filter(([, descriptor]) => descriptor.get)
    .map(([name]) => name as keyof OneTimeCopyJob);
  const attributeOf = (getter: string) => getter[0].toUpperCase() + getter.slice(1);

  it('are those that the handler answers', () => {
    expect(getters.map(attributeOf).sort()).toEqual([...ATTRIBUTE_NAMES].sort());
  });

  it.each(getters)('%s is read from the custom resource', getter => {
    const job = copyJob();
    expect(typeof job[getter]).toBe('string');
    expect(stack.resolve(job[getter])).toEqual({ 'Fn::GetAtt': [logicalId(job), attributeOf(getter)] });
  });
});

describe('the copy role', () => {
  it('is what the construct offers for grants', () => {
    const job = copyJob();
    expect(stack.resolve(job.role.roleArn)).toEqual(properties(job).IamRoleArn);
  });

  it('is the one given', () => {
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('backup.amazonaws.com') });
    const job = copyJob({ role });
    expect(job.role).toBe(role);
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Role')).filter(id => /CopyRole/.test(id))).toEqual([]);
  });

  it('is refused in another account than the stack', () => {
    const role = Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/backup');
    expect(() => copyJob({ role })).toThrow(new Error('S/Copy: role is \'arn:aws:iam::444455556666:role/backup\', but a role can be passed to AWS '
      + 'Backup only in its own account, and the stack\'s account is 111122223333. Give a role of that account.'));
  });

  it('passes as a token', () => {
    const role = Role.fromRoleArn(stack, 'Role', new CfnParameter(stack, 'RoleArn').valueAsString);
    expect(properties(copyJob({ role }))).toMatchObject({ IamRoleArn: { Ref: 'RoleArn' } });
  });
});

describe('idempotencyToken', () => {
  it('passes as a token of the CDK, as often as it likes', () => {
    const idempotencyToken = new CfnParameter(stack, 'Token').valueAsString;
    copyJob({ idempotencyToken }, stack, 'Other');
    expect(properties(copyJob({ idempotencyToken }))).toMatchObject({ IdempotencyToken: { Ref: 'Token' } });
  });

  it('may be the same in two stacks', () => {
    copyJob({ idempotencyToken: 'once' }, new Stack(app, 'Other', { env: ENV }));
    expect(() => copyJob({ idempotencyToken: 'once' })).not.toThrow();
  });

  it('is refused twice in a stack', () => {
    copyJob({ idempotencyToken: 'once' }, stack, 'First');
    expect(() => copyJob({ idempotencyToken: 'once' })).toThrow(new Error('S/Copy: idempotencyToken is \'once\', but S/First has it too, and would be '
      + 'handed the same copy job. Give each job a token of its own, or none.'));
  });

  it('is refused when it is empty', () => {
    expect(() => copyJob({ idempotencyToken: '' })).toThrow(new Error('S/Copy: idempotencyToken is \'\', but a token has at least one character. '
      + 'Leave it out to have one derived.'));
  });
});

describe('timeout', () => {
  it.each([
    ['a minute', Duration.minutes(1), 60],
    ['whole seconds', Duration.seconds(61), 61],
    ['55 minutes', Duration.minutes(55), 3300],
  ])('may be %s, and CloudFormation waits a little longer', (_what, timeout, seconds) => {
    expect(properties(copyJob({ timeout }))).toMatchObject({ TimeoutSeconds: seconds, ServiceTimeout: `${seconds + 180}` });
  });

  it.each([
    ['less than a minute', Duration.seconds(59), '59 seconds'],
    ['more than 55 minutes', Duration.seconds(3301), '3301 seconds'],
  ])('is refused at %s', (_what, timeout, value) => {
    expect(() => copyJob({ timeout })).toThrow(new Error(`S/Copy: timeout is '${value}', but it must be whole seconds from 1 minute to 55 minutes, `
      + 'as CloudFormation allows a custom resource one hour.'));
  });

  it('is refused at a broken second', () => {
    expect(() => copyJob({ timeout: Duration.millis(90_500) })).toThrow(/^S\/Copy: timeout is '.*', but it must be whole seconds/);
  });

  it('is refused as a token', () => {
    const timeout = Duration.minutes(new CfnParameter(stack, 'Minutes', { type: 'Number' }).valueAsNumber);
    expect(() => copyJob({ timeout })).toThrow(new Error('S/Copy: timeout is \'a token\', but it shapes the template. Use a literal Duration.'));
  });
});

it.each([
  RemovalPolicy.DESTROY,
  RemovalPolicy.SNAPSHOT,
  RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
])('removalPolicy is refused as %s', removalPolicy => {
  expect(() => copyJob({ removalPolicy })).toThrow(new Error(`S/Copy: removalPolicy is '${removalPolicy}', but a copy is always kept. `
    + 'Leave removalPolicy out, and delete the recovery point in AWS Backup.'));
});

describe('what depends on a job', () => {
  it('as a construct waits for the custom resource', () => {
    const job = copyJob();
    const topic = new Topic(stack, 'Topic');
    topic.node.addDependency(job);
    expect(waitsFor(topic)).toContain(logicalId(job));
  });

  it('as a CloudFormation resource waits for the custom resource', () => {
    const job = copyJob();
    const topic = new Topic(stack, 'Topic');
    (topic.node.defaultChild as CfnResource).addDependency(job.node.defaultChild as CfnResource);
    expect(waitsFor(topic)).toContain(logicalId(job));
  });

  function waitsFor(topic: Topic) {
    return templateGraph(Template.fromStack(stack).toJSON() as never).get(stack.getLogicalId(topic.node.defaultChild as CfnResource));
  }
});

describe('annotations', () => {
  const CONTINUOUS = 'arn:aws:backup:us-east-1:111122223333:recovery-point:continuous:0a1b2c3d-4e5f-6789-abcd-ef0123456789';
  const WARNING = 'A OneTimeCopyJob copies a continuous backup, which AWS Backup may refuse; copy a snapshot backup instead. '
    + '[ack: cdk-backup-copy-job:continuousBackup]';

  const everything = (scope: Stack) => {
    const found = Annotations.fromStack(scope);
    return [...found.findInfo('*', Match.anyValue()), ...found.findWarning('*', Match.anyValue()), ...found.findError('*', Match.anyValue())];
  };

  it.each([
    ['a literal copy', () => copyJob().node.scope as Stack],
    ['a stack without an environment', () => copyJob({}, new Stack(app, 'Agnostic')).node.scope as Stack],
    ['a copy into another account', () => copyJob({
      destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Other', 'arn:aws:backup:us-east-1:444455556666:backup-vault:dr'),
    }).node.scope as Stack],
  ])('are none for %s', (_what, sample) => {
    expect(everything(sample())).toEqual([]);
  });

  it('are one warning for a continuous backup', () => {
    copyJob({ recoveryPointArn: CONTINUOUS });
    expect(everything(stack)).toEqual([expect.objectContaining({ level: 'warning', entry: expect.objectContaining({ data: WARNING }) })]);
  });

  it('are one warning for a stack with many continuous backups', () => {
    copyJob({ recoveryPointArn: CONTINUOUS }, stack, 'One');
    copyJob({ recoveryPointArn: CONTINUOUS }, stack, 'Two');
    expect(everything(stack)).toHaveLength(1);
  });

  it('are none once the warning is acknowledged', () => {
    copyJob({ recoveryPointArn: CONTINUOUS });
    CdkAnnotations.of(stack).acknowledgeWarning('cdk-backup-copy-job:continuousBackup', 'a snapshot was tried');
    expect(everything(stack)).toEqual([]);
  });
});
