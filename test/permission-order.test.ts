import { App, Arn, CfnParameter, Duration, Fn, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { allowed, handlerPolicies } from './handler-policies';
import { COPY_TYPE, copyJob, ENV, LEG_TYPE, logicalId, SNAPSHOT, synthesized, vaultIn } from './sample-job';
import { inCycles, reachableFrom, templateGraph } from './template-graph';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

/** The second copies what the first one made. */
function chain(props: Partial<OneTimeCopyJobProps> = {}): [OneTimeCopyJob, OneTimeCopyJob] {
  const first = copyJob(stack, props, 'First');
  const second = copyJob(stack, {
    recoveryPointArn: first.destinationRecoveryPointArn,
    sourceBackupVault: vaultIn(stack, 'eu-west-1'),
    destinationBackupVault: vaultIn(stack, 'ap-southeast-2'),
    ...props,
  }, 'Second');
  return [first, second];
}

describe.each<[string, () => void]>([
  ['one copy', () => copyJob(stack)],
  ['three copies', () => ['A', 'B', 'C'].forEach(id => copyJob(stack, {}, id))],
  ['one copy that feeds another', () => chain()],
  ['long copies of which one feeds the other', () => chain({ timeout: Duration.hours(2) })],
  ['copies of which one feeds the other, under DESTROY', () => chain({ removalPolicy: RemovalPolicy.DESTROY })],
  ['a copy of eight hours', () => copyJob(stack, { timeout: Duration.hours(8) })],
  ['a copy that nothing waits for', () => copyJob(stack, { waitForCompletion: false })],
  ['a copy under DESTROY', () => copyJob(stack, { removalPolicy: RemovalPolicy.DESTROY })],
  ['a long copy under DESTROY', () => copyJob(stack, { removalPolicy: RemovalPolicy.DESTROY, timeout: Duration.hours(2) })],
  ['one copy under DESTROY and one under RETAIN', () => {
    copyJob(stack, { removalPolicy: RemovalPolicy.DESTROY }, 'A');
    copyJob(stack, {}, 'B');
  }],
  ['a vault from a template parameter, under DESTROY', () => copyJob(stack, {
    destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Parametric', new CfnParameter(stack, 'Vault').valueAsString),
    removalPolicy: RemovalPolicy.DESTROY,
  })],
  ['a vault of the stack', () => copyJob(stack, { destinationBackupVault: new BackupVault(stack, 'Vault') })],
  ['a recovery point from a template parameter', () => copyJob(stack, { recoveryPointArn: new CfnParameter(stack, 'RecoveryPoint').valueAsString })],
  ['a recovery point from Systems Manager', () => copyJob(stack, { recoveryPointArn: StringParameter.valueForStringParameter(stack, '/latest') })],
  ['a recovery point of another stack', () => copyJob(stack, { recoveryPointArn: Fn.importValue('RecoveryPoint') })],
  ['a recovery point made from pseudo parameters', () => copyJob(stack, {
    recoveryPointArn: Arn.format({ service: 'ec2', account: '', resource: 'snapshot', resourceName: 'snap-0123456789abcdef0' }, stack),
  })],
  ['a vault from a template parameter', () => copyJob(stack, {
    destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Parametric', new CfnParameter(stack, 'Vault').valueAsString),
  })],
  ['a role of the stack', () => copyJob(stack, { role: new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('backup.amazonaws.com') }) })],
  ['a role from elsewhere', () => copyJob(stack, { role: Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/mine') })],
  ['a role from a template parameter', () => copyJob(stack, { role: Role.fromRoleArn(stack, 'Mine', new CfnParameter(stack, 'RoleArn').valueAsString) })],
  ['a provider of one\'s own in a VPC', () => copyJob(stack, { provider: new OneTimeCopyJobProvider(stack, 'Own', { vpc: new Vpc(stack, 'Vpc') }) })],
  ['a hundred copies', () => Array.from({ length: 100 }, (_, n) => copyJob(stack, { recoveryPointArn: `${SNAPSHOT}${n}` }, `Copy${n}`))],
])('with %s', (_what, make) => {
  it('no resource waits for itself', () => {
    make();
    expect(inCycles(templateGraph(synthesized(stack)))).toEqual([]);
  });

  it('every permission of a job is there before the job starts', () => {
    make();
    const template = synthesized(stack);
    const graph = templateGraph(template);
    const all = handlerPolicies(template);
    const copies = Object.entries(template.Resources).filter(([, { Type }]) => [COPY_TYPE, LEG_TYPE].includes(Type));
    expect(copies.length).toBeGreaterThan(0);
    for (const [id, { Properties: { RecoveryPointArn, IamRoleArn, RemovalPolicy: policy } }] of copies) {
      const awaited = reachableFrom(graph, id);
      const needed: (readonly [string, unknown])[] = [
        ['backup:StartCopyJob', RecoveryPointArn],
        ['iam:PassRole', IamRoleArn],
        ['backup:DescribeCopyJob', '*'],
        ['logs:PutLogEvents', expect.anything()],
        ['backup:DescribeRecoveryPoint', expect.anything()],
        ['backup:UpdateRecoveryPointLifecycle', expect.anything()],
        ['cloudformation:DescribeStacks', { Ref: 'AWS::StackId' }],
        ['cloudformation:DescribeStackResource', { Ref: 'AWS::StackId' }],
        ...policy === 'destroy' ? [['backup:DeleteRecoveryPoint', expect.anything()] as const] : [],
      ];
      for (const [action, resource] of needed) {
        const found = allowed(all.filter(each => awaited.has(each.id)), action);
        expect({ id, action, found }).toEqual({ id, action, found: expect.arrayContaining([resource]) });
      }
    }
  });

  it('every policy of the handler\'s role is awaited by a job that it is for', () => {
    make();
    const template = synthesized(stack);
    const graph = templateGraph(template);
    const awaited = Object.entries(template.Resources)
      .filter(([, { Type }]) => [COPY_TYPE, LEG_TYPE].includes(Type))
      .flatMap(([id]) => [...reachableFrom(graph, id)]);
    expect(awaited).toEqual(expect.arrayContaining(handlerPolicies(template).map(({ id }) => id)));
  });
});

describe('one copy that feeds another', () => {
  it('runs first', () => {
    const [first, second] = chain();
    const graph = templateGraph(synthesized(stack));
    expect(reachableFrom(graph, logicalId(second))).toContain(logicalId(first));
    expect(reachableFrom(graph, logicalId(first))).not.toContain(logicalId(second));
  });

  it('does so from a parent into its nested stack', () => {
    const first = copyJob(stack, {}, 'First');
    const nested = new NestedStack(stack, 'Nested');
    copyJob(nested, {
      recoveryPointArn: first.destinationRecoveryPointArn,
      sourceBackupVault: vaultIn(nested, 'eu-west-1'),
      destinationBackupVault: vaultIn(nested, 'ap-southeast-2'),
      provider: OneTimeCopyJobProvider.getOrCreate(stack),
    }, 'Second');
    expect(inCycles(templateGraph(synthesized(stack)))).toEqual([]);
    expect(inCycles(templateGraph(synthesized(nested)))).toEqual([]);
  });
});

it('a nested stack with a template parameter of its own can share its parent\'s provider', () => {
  const nested = new NestedStack(stack, 'Nested');
  copyJob(nested, {
    recoveryPointArn: new CfnParameter(nested, 'RecoveryPoint').valueAsString,
    provider: OneTimeCopyJobProvider.getOrCreate(stack),
  });
  expect(() => synthesized(stack)).not.toThrow();
});

describe('a nested stack that shares its parent\'s provider', () => {
  it.each<[string, (nested: NestedStack) => Partial<OneTimeCopyJobProps>]>([
    ['a copy', () => ({})],
    ['a long copy', () => ({ timeout: Duration.hours(2) })],
    ['a copy under DESTROY', () => ({ removalPolicy: RemovalPolicy.DESTROY })],
    ['a copy to a vault of its own, under DESTROY', nested => ({
      destinationBackupVault: new BackupVault(nested, 'Vault'),
      removalPolicy: RemovalPolicy.DESTROY,
    })],
    ['a copy to a vault from a parameter of its own, under DESTROY', nested => ({
      destinationBackupVault: BackupVault.fromBackupVaultArn(nested, 'Vault', new CfnParameter(nested, 'VaultArn').valueAsString),
      removalPolicy: RemovalPolicy.DESTROY,
    })],
  ])('waits for the handler\'s permissions, which do not wait for it: %s', (_what, props) => {
    const nested = new NestedStack(stack, 'Nested');
    copyJob(nested, { provider: OneTimeCopyJobProvider.getOrCreate(stack), ...props(nested) });
    expect(inCycles(templateGraph(synthesized(nested)))).toEqual([]);
    const template = synthesized(stack);
    const [id] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::CloudFormation::Stack')!;
    expect([...reachableFrom(templateGraph(template), id)]).toEqual(expect.arrayContaining(handlerPolicies(template).map(policy => policy.id)));
    expect(reachableFrom(templateGraph(template), id)).not.toContain(id);
  });
});
