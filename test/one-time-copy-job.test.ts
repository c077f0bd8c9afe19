import { Annotations as CdkAnnotations, App, CfnParameter, Duration, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { copyJob, copyResource, DR, ENV, logicalId, SNAPSHOT, synthesized } from './sample-job';
import { OneTimeCopyJob, OneTimeCopyJobProvider } from '../src';
import { ATTRIBUTE_NAMES } from '../src/contract';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'S', { env: ENV });
});

const properties = (job: OneTimeCopyJob) => copyResource(job).Properties;

describe('the custom resource', () => {
  it('says what to copy, where to, with which role, and how long to wait', () => {
    expect(properties(copyJob(stack))).toEqual({
      ServiceToken: { 'Fn::GetAtt': ['cdkbackupcopyjobProviderFrameworkframeworkonEventC469DAA0', 'Arn'] },
      ServiceTimeout: '3480',
      RecoveryPointArn: SNAPSHOT,
      SourceBackupVaultName: 'prod',
      SourceRegion: 'us-east-1',
      DestinationBackupVaultArn: DR,
      IamRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/CopyRole/), 'Arn'] },
      RemovalPolicy: 'retain',
      ConstructPath: 'S/Copy',
      TimeoutSeconds: 3300,
      WaitForCompletion: true,
    });
  });

  it('takes null for what a prop says by being left out', () => {
    const nulls = Object.fromEntries([
      'role', 'provider', 'moveToColdStorageAfter', 'deleteAfter', 'optInToArchiveForSupportedResources', 'removeLifecycle', 'idempotencyToken',
      'waitForCompletion', 'timeout', 'removalPolicy',
    ].map(prop => [prop, null]));
    expect(properties(copyJob(new Stack(new App(), 'S', { env: ENV }), nulls))).toEqual(properties(copyJob(stack)));
    expect(properties(copyJob(new Stack(new App(), 'S', { env: ENV }), { ...nulls, removalPolicy: RemovalPolicy.DESTROY })))
      .toMatchObject({ RemovalPolicy: 'destroy' });
    expect(properties(copyJob(new Stack(new App(), 'S', { env: ENV }), { ...nulls, removeLifecycle: true })))
      .toMatchObject({ Lifecycle: { DeleteAfterDays: -1 } });
  });

  it('says all that the other props ask for', () => {
    const role = Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/backup');
    const provider = new OneTimeCopyJobProvider(stack, 'Own');
    expect(properties(copyJob(stack, {
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
      ConstructPath: 'S/Copy',
      TimeoutSeconds: 600,
      WaitForCompletion: true,
    });
  });

  it('knows its Region only at deployment in a stack without an environment', () => {
    expect(properties(copyJob(new Stack(app, 'Agnostic')))).toMatchObject({ SourceRegion: { Ref: 'AWS::Region' } });
  });

  it('names in a nested stack the root stack as it is deployed, and the nested stacks around the job', () => {
    const nested = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
    expect(properties(copyJob(nested))).toMatchObject({
      ConstructPath: 'S/Outer/Inner/Copy',
      RootStackName: { Ref: expect.stringMatching(/AWSStackName/) },
      NestedStacks: expect.stringMatching(/^OuterNestedStackOuterNestedStackResource\w{8}\/InnerNestedStackInnerNestedStackResource\w{8}$/),
    });
  });

  it('names the path as it is in a stage', () => {
    const staged = new Stack(new Stage(app, 'Prod'), 'S', { env: ENV });
    expect(properties(copyJob(staged))).toMatchObject({ ConstructPath: 'Prod/S/Copy' });
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
    const job = copyJob(stack);
    expect(typeof job[getter]).toBe('string');
    expect(stack.resolve(job[getter])).toEqual({ 'Fn::GetAtt': [logicalId(job), attributeOf(getter)] });
  });
});

describe('the copy role', () => {
  it('is what the construct offers for grants', () => {
    const job = copyJob(stack);
    expect(stack.resolve(job.role.roleArn)).toEqual(properties(job).IamRoleArn);
  });

  it('is the one given', () => {
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('backup.amazonaws.com') });
    const job = copyJob(stack, { role });
    expect(job.role).toBe(role);
    expect(Object.keys(synthesized(stack).Resources).filter(id => /CopyRole/.test(id))).toEqual([]);
  });

  it('is refused in another account than the stack', () => {
    const role = Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/backup');
    expect(() => copyJob(stack, { role })).toThrow(new Error('S/Copy: role is \'arn:aws:iam::444455556666:role/backup\', but a role can be passed to AWS '
      + 'Backup only in its own account, and the stack\'s account is 111122223333. Give a role of that account.'));
  });

  it('passes as a token', () => {
    const role = Role.fromRoleArn(stack, 'Role', new CfnParameter(stack, 'RoleArn').valueAsString);
    expect(properties(copyJob(stack, { role }))).toMatchObject({ IamRoleArn: { Ref: 'RoleArn' } });
  });
});

describe('idempotencyToken', () => {
  it('passes as a token of the CDK, as often as it likes', () => {
    const idempotencyToken = new CfnParameter(stack, 'Token').valueAsString;
    copyJob(stack, { idempotencyToken }, 'Other');
    expect(properties(copyJob(stack, { idempotencyToken }))).toMatchObject({ IdempotencyToken: { Ref: 'Token' } });
  });

  it('may be the same in two stacks', () => {
    copyJob(new Stack(app, 'Other', { env: ENV }), { idempotencyToken: 'once' });
    expect(() => copyJob(stack, { idempotencyToken: 'once' })).not.toThrow();
  });

  it('is refused twice in a stack', () => {
    copyJob(stack, { idempotencyToken: 'once' }, 'First');
    expect(() => copyJob(stack, { idempotencyToken: 'once' })).toThrow(new Error('S/Copy: idempotencyToken is \'once\', but S/First has it too, and would be '
      + 'handed the same copy job. Give each job a token of its own, or none.'));
  });

  it('is refused when it is empty', () => {
    expect(() => copyJob(stack, { idempotencyToken: '' })).toThrow(new Error('S/Copy: idempotencyToken is \'\', but a token has at least one character. '
      + 'Leave it out to have one derived.'));
  });
});

describe('annotations', () => {
  const CONTINUOUS = 'arn:aws:backup:us-east-1:111122223333:recovery-point:continuous:0a1b2c3d-4e5f-6789-abcd-ef0123456789';
  const WARNING = `${CONTINUOUS} is a continuous backup, whose copy AWS Backup may refuse. Copy a snapshot backup instead. `
    + '[ack: cdk-backup-copy-job:continuousBackup]';

  const everything = (scope: Stack) => {
    const found = Annotations.fromStack(scope);
    return [...found.findInfo('*', Match.anyValue()), ...found.findWarning('*', Match.anyValue()), ...found.findError('*', Match.anyValue())];
  };

  it.each([
    ['a literal copy', () => copyJob(stack).node.scope as Stack],
    ['a stack without an environment', () => copyJob(new Stack(app, 'Agnostic')).node.scope as Stack],
    ['a copy into another account', () => copyJob(stack, {
      destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Other', 'arn:aws:backup:us-east-1:444455556666:backup-vault:dr'),
    }).node.scope as Stack],
  ])('are none for %s', (_what, sample) => {
    expect(everything(sample())).toEqual([]);
  });

  it('are one warning for a continuous backup', () => {
    copyJob(stack, { recoveryPointArn: CONTINUOUS });
    expect(everything(stack)).toEqual([expect.objectContaining({ level: 'warning', entry: expect.objectContaining({ data: WARNING }) })]);
  });

  it('are one warning a continuous backup, and none for the job where it is acknowledged', () => {
    const one = copyJob(stack, { recoveryPointArn: CONTINUOUS }, 'One');
    copyJob(stack, { recoveryPointArn: `${CONTINUOUS}-2` }, 'Two');
    CdkAnnotations.of(one).acknowledgeWarning('cdk-backup-copy-job:continuousBackup', 'a snapshot was tried');
    expect(everything(stack)).toEqual([expect.objectContaining({ id: '/S/Two' })]);
  });
});
