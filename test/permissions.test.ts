import { App, Arn, ArnFormat, Aws, CfnParameter, CfnResource, Fn, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';
import { inCycles, reachableFrom, templateGraph } from './template-graph';

const ENV = { region: 'us-east-1', account: '111122223333' };
const SNAPSHOT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
const TYPE = 'Custom::AWSBackupOneTimeCopyJob';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'S', { env: ENV });
});

function copyJob(props: Partial<OneTimeCopyJobProps> = {}, id = 'Copy', scope = stack): OneTimeCopyJob {
  return new OneTimeCopyJob(scope, id, {
    recoveryPointArn: SNAPSHOT,
    sourceBackupVault: BackupVault.fromBackupVaultName(scope, `${id}Source`, 'prod'),
    destinationBackupVault: vault('eu-west-1', id, scope),
    ...props,
  });
}

/** A vault in some Region or, with its account, anywhere. */
function vault(region: string, id: string, scope = stack, account = ENV.account) {
  return BackupVault.fromBackupVaultArn(scope, `${id}-${region}`, `arn:aws:backup:${region}:${account}:backup-vault:dr`);
}

/** The second copies what the first one made. */
function chain(): [OneTimeCopyJob, OneTimeCopyJob] {
  const first = copyJob({}, 'First');
  const second = copyJob({
    recoveryPointArn: first.destinationRecoveryPointArn,
    sourceBackupVault: vault('eu-west-1', 'SecondSource'),
    destinationBackupVault: vault('ap-southeast-2', 'Second'),
  }, 'Second');
  return [first, second];
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

interface Policy {
  readonly id: string;
  readonly statements: Statement[];
}

const synthesized = (of = stack) => Template.fromStack(of).toJSON();
const logicalId = (job: OneTimeCopyJob) => Stack.of(job).getLogicalId(job.node.defaultChild as CfnResource);
const actions = (statement: Statement) => [statement.Action].flat();
const resources = (statement: Statement) => [statement.Resource].flat();

function policies(template: Record<string, any>, role?: string): Policy[] {
  return Object.entries<any>(template.Resources)
    .filter(([, { Type, Properties }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type) && (!role || Properties.Roles.some((to: any) => to.Ref === role)))
    .map(([id, { Properties }]) => ({ id, statements: Properties.PolicyDocument.Statement }));
}

function handlerRole(template: Record<string, any>): string {
  const handler = Object.values<any>(template.Resources).find(({ Properties }) => Properties.Handler === 'index.onEvent');
  return handler.Properties.Role['Fn::GetAtt'][0];
}

/** What the handler may do an action on, as the template says it. */
function allowed(template: Record<string, any>, action: string): unknown[] {
  return policies(template, handlerRole(template)).flatMap(({ statements }) => statements.filter(statement => actions(statement).includes(action)))
    .flatMap(resources);
}

describe('the graph of a template', () => {
  it('follows Ref, Fn::GetAtt, Fn::Sub and DependsOn, and nothing else', () => {
    const graph = templateGraph({
      Resources: {
        A: {},
        B: { DependsOn: 'A' },
        C: { DependsOn: ['A', 'B'] },
        D: { Properties: { List: [{ Ref: 'A' }, { Ref: 'AWS::Region' }, 'B'] } },
        E: { Properties: { One: { 'Fn::GetAtt': ['A', 'Arn'] }, Two: { 'Fn::GetAtt': 'B.Outputs.X' } } },
        F: { Properties: { 'Fn::Sub': '${A}-${B.Arn}-${!C}-${AWS::Region}-${Parameter}' } },
        G: { Properties: { 'Fn::Sub': ['${A}-${B}', { A: { 'Fn::Join': ['', [{ Ref: 'C' }]] } }] } },
      } as never,
    });
    expect(Object.fromEntries([...graph].map(([id, to]) => [id, [...to]]))).toEqual({
      A: [], B: ['A'], C: ['A', 'B'], D: ['A'], E: ['A', 'B'], F: ['A', 'B'], G: ['B', 'C'],
    });
    expect([...reachableFrom(graph, 'C')].sort()).toEqual(['A', 'B']);
    expect(inCycles(graph)).toEqual([]);
  });

  it('shows a cycle', () => {
    expect(inCycles(templateGraph({ Resources: { A: { DependsOn: 'B' }, B: { DependsOn: 'C' }, C: { DependsOn: 'B' } } }))).toEqual(['B', 'C']);
  });
});

describe.each<[string, () => void]>([
  ['one copy', () => copyJob()],
  ['three copies', () => ['A', 'B', 'C'].forEach(id => copyJob({}, id))],
  ['one copy that feeds another', chain],
  ['a vault of the stack', () => copyJob({ destinationBackupVault: new BackupVault(stack, 'Vault') })],
  ['a recovery point from a template parameter', () => copyJob({ recoveryPointArn: new CfnParameter(stack, 'RecoveryPoint').valueAsString })],
  ['a recovery point from Systems Manager', () => copyJob({ recoveryPointArn: StringParameter.valueForStringParameter(stack, '/latest') })],
  ['a recovery point of another stack', () => copyJob({ recoveryPointArn: Fn.importValue('RecoveryPoint') })],
  ['a recovery point made from pseudo parameters', () => copyJob({
    recoveryPointArn: Arn.format({ service: 'ec2', account: '', resource: 'snapshot', resourceName: 'snap-0123456789abcdef0' }, stack),
  })],
  ['a vault from a template parameter', () => copyJob({
    destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Parametric', new CfnParameter(stack, 'Vault').valueAsString),
  })],
  ['a role of the stack', () => copyJob({ role: new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('backup.amazonaws.com') }) })],
  ['a role from elsewhere', () => copyJob({ role: Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/mine') })],
  ['a role from a template parameter', () => copyJob({ role: Role.fromRoleArn(stack, 'Mine', new CfnParameter(stack, 'RoleArn').valueAsString) })],
  ['a provider of one\'s own in a VPC', () => copyJob({ provider: new OneTimeCopyJobProvider(stack, 'Own', { vpc: new Vpc(stack, 'Vpc') }) })],
  ['a hundred copies', () => Array.from({ length: 100 }, (_, n) => copyJob({ recoveryPointArn: `${SNAPSHOT}${n}` }, `Copy${n}`))],
])('with %s', (_what, make) => {
  it('no resource waits for itself', () => {
    make();
    expect(inCycles(templateGraph(synthesized() as never))).toEqual([]);
  });

  it('every permission of a job is there before the job starts', () => {
    make();
    const template = synthesized();
    const graph = templateGraph(template as never);
    const all = policies(template, handlerRole(template));
    const copies = Object.entries<any>(template.Resources).filter(([, { Type }]) => Type === TYPE);
    expect(copies.length).toBeGreaterThan(0);
    for (const [id, { Properties: { RecoveryPointArn, IamRoleArn } }] of copies) {
      const awaited = reachableFrom(graph, id);
      const needed: [string, unknown][] = [
        ['backup:StartCopyJob', RecoveryPointArn],
        ['iam:PassRole', IamRoleArn],
        ['backup:DescribeCopyJob', '*'],
        ['logs:PutLogEvents', expect.anything()],
        ['backup:DescribeRecoveryPoint', expect.anything()],
      ];
      for (const [action, resource] of needed) {
        const found = all.filter(policy => awaited.has(policy.id))
          .flatMap(({ statements }) => statements.filter(statement => actions(statement).includes(action)).flatMap(resources));
        expect({ id, action, found }).toEqual({ id, action, found: expect.arrayContaining([resource]) });
      }
    }
  });

  it('every policy of the handler\'s role is awaited by a job that it is for', () => {
    make();
    const template = synthesized();
    const graph = templateGraph(template as never);
    const awaited = Object.entries<any>(template.Resources).filter(([, { Type }]) => Type === TYPE).flatMap(([id]) => [...reachableFrom(graph, id)]);
    expect(awaited).toEqual(expect.arrayContaining(policies(template, handlerRole(template)).map(({ id }) => id)));
  });
});

describe('one copy that feeds another', () => {
  it('runs first', () => {
    const [first, second] = chain();
    const graph = templateGraph(synthesized() as never);
    expect(reachableFrom(graph, logicalId(second))).toContain(logicalId(first));
    expect(reachableFrom(graph, logicalId(first))).not.toContain(logicalId(second));
  });

  it('does so from a parent into its nested stack', () => {
    const first = copyJob({}, 'First');
    const nested = new NestedStack(stack, 'Nested');
    copyJob({
      recoveryPointArn: first.destinationRecoveryPointArn,
      sourceBackupVault: vault('eu-west-1', 'SecondSource', nested),
      destinationBackupVault: vault('ap-southeast-2', 'Second', nested),
      provider: OneTimeCopyJobProvider.getOrCreate(stack),
    }, 'Second', nested);
    expect(inCycles(templateGraph(synthesized() as never))).toEqual([]);
    expect(inCycles(templateGraph(synthesized(nested) as never))).toEqual([]);
  });
});

it('a nested stack with a template parameter of its own can share its parent\'s provider', () => {
  const nested = new NestedStack(stack, 'Nested');
  copyJob({
    recoveryPointArn: new CfnParameter(nested, 'RecoveryPoint').valueAsString,
    provider: OneTimeCopyJobProvider.getOrCreate(stack),
  }, 'Copy', nested);
  expect(synthesized).not.toThrow();
});

describe('the handler', () => {
  it('is allowed what a copy within the account needs, and no more', () => {
    copyJob();
    const template = synthesized();
    expect(new Set(policies(template, handlerRole(template)).flatMap(({ statements }) => statements).flatMap(actions))).toEqual(new Set([
      'backup:DescribeCopyJob',
      'backup:DescribeRecoveryPoint',
      'backup:StartCopyJob',
      'backup:UpdateRecoveryPointLifecycle',
      'iam:PassRole',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]));
    expect(template.Resources[handlerRole(template)].Properties).toEqual({
      AssumeRolePolicyDocument: expect.anything(),
      Description: 'Starts and follows AWS Backup copy jobs',
    });
  });

  it('starts copies of the recovery points given only', () => {
    copyJob({}, 'A');
    copyJob({ recoveryPointArn: `${SNAPSHOT}1` }, 'B');
    expect(allowed(synthesized(), 'backup:StartCopyJob')).toEqual([SNAPSHOT, `${SNAPSHOT}1`]);
  });

  it('passes the copy roles given only, and to AWS Backup only', () => {
    copyJob({ role: Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/mine') });
    const template = synthesized();
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
    copyJob({ recoveryPointArn });
    expect(allowed(synthesized(), 'backup:DescribeRecoveryPoint').map(filled).sort())
      .toEqual([...own, 'backup:eu-west-1:111122223333:recovery-point:*'].map(end => `arn:aws:${end}`).sort());
  });

  it('looks after a copy of an unknown type in the destination\'s Region only', () => {
    copyJob({ recoveryPointArn: new CfnParameter(stack, 'RecoveryPoint').valueAsString });
    expect(allowed(synthesized(), 'backup:DescribeRecoveryPoint').map(filled)).toEqual(['arn:aws:*:eu-west-1:*:*']);
  });

  it('looks after recovery points of its own account only', () => {
    copyJob();
    const [statement, ...others] = policies(synthesized()).flatMap(({ statements }) => statements)
      .filter(each => actions(each).includes('backup:DescribeRecoveryPoint'));
    expect(others).toEqual([]);
    expect(statement.Condition).toEqual({ StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } });
  });

  it('has no permission on recovery points of another account', () => {
    copyJob({ destinationBackupVault: vault('eu-west-1', 'Other', stack, '444455556666') });
    expect(JSON.stringify(policies(synthesized()))).not.toContain('RecoveryPoint"');
  });

  it('looks after the copy where only the deployment knows the account', () => {
    const agnostic = new Stack(app, 'Agnostic');
    copyJob({}, 'Copy', agnostic);
    expect(allowed(synthesized(agnostic), 'backup:DescribeRecoveryPoint').length).toBeGreaterThan(0);
  });

  it('is allowed nothing on \'*\' but to describe copy jobs, nor is any other role of the library', () => {
    copyJob();
    const wide = policies(synthesized()).flatMap(({ statements }) => statements).filter(statement => resources(statement).includes('*'));
    expect(wide.map(actions)).toEqual([['backup:DescribeCopyJob']]);
  });
});

describe('the copy role', () => {
  const copyRoles = (template: Record<string, any>) => Object.entries<any>(template.Resources)
    .filter(([, { Type, Properties }]) => Type === 'AWS::IAM::Role' && JSON.stringify(Properties).includes('backup.amazonaws.com'));

  it('is one for all copies, trusted by AWS Backup alone, with AWS\'s own policy for backups', () => {
    copyJob({}, 'A');
    copyJob({}, 'B');
    const [[, role], ...others] = copyRoles(synthesized());
    expect(others).toEqual([]);
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' } },
    ]);
    expect(role.Properties.ManagedPolicyArns.map(filled)).toEqual(['arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup']);
  });

  it('is kept, as AWS Backup needs it for the lifecycle of the copies', () => {
    copyJob();
    expect(copyRoles(synthesized())[0][1]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('of the user is left as it is', () => {
    const role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('backup.amazonaws.com') });
    role.applyRemovalPolicy(RemovalPolicy.DESTROY);
    copyJob({ role });
    const [[, found], ...others] = copyRoles(synthesized());
    expect(others).toEqual([]);
    expect(found).toMatchObject({ DeletionPolicy: 'Delete' });
  });

  it.each<[string, () => OneTimeCopyJobProps['role']]>([
    ['default role', () => undefined],
    ['role of the stack', () => new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('backup.amazonaws.com') })],
    ['imported role', () => Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/mine')],
  ])('has what the user grants it before a copy starts: %s', (_which, role) => {
    const job = copyJob({ role: role() });
    const key = new Key(stack, 'Key');
    key.grantEncryptDecrypt(job.role);
    const template = synthesized();
    const [granted] = policies(template).filter(({ statements }) => statements.some(statement => actions(statement).includes('kms:Decrypt')));
    expect(reachableFrom(templateGraph(template as never), logicalId(job))).toContain(granted.id);
  });
});

describe.each([false, true])('400 copies, with minimizePolicies %s', minimize => {
  const REGIONS = ['us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2', 'ap-northeast-3'];

  function fourHundred(recoveryPointArn: (n: number) => string, env?: typeof ENV) {
    const big = new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': minimize } }), 'Big', { env });
    for (let n = 0; n < 400; n++) {
      copyJob({ recoveryPointArn: recoveryPointArn(n), destinationBackupVault: vault(REGIONS[n % REGIONS.length], `D${n}`, big) }, `Copy${n}`, big);
    }
    return synthesized(big);
  }

  function expectInsideLimits(template: Record<string, any>) {
    expect(Object.keys(template.Resources).length).toBeLessThan(500);
    const managed = Object.values<any>(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
    expect(Math.max(...managed.map(({ Properties }) => length(Properties.PolicyDocument)))).toBeLessThanOrEqual(6_144);
    const inline = Object.values<any>(template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy');
    expect(Math.max(...inline.map(({ Properties }) => length(Properties.PolicyDocument)))).toBeLessThanOrEqual(10_240);
    const { ManagedPolicyArns = [] } = template.Resources[handlerRole(template)].Properties;
    expect(managed.length + ManagedPolicyArns.length).toBeLessThanOrEqual(10);
  }

  const length = (document: object) => JSON.stringify(filled(document)).length;
  const uuid = (n: number) => `${String(n).padStart(8, '0')}-4e5f-6789-abcd-ef0123456789`;

  it.each<[string, (n: number) => string]>([
    ['EBS', n => `arn:aws:ec2:us-east-1::snapshot/snap-${String(n).padStart(17, '0')}`],
    ['FSx', n => `arn:aws:fsx:us-east-1:111122223333:backup/backup-${String(n).padStart(17, '0')}`],
    ['EFS', n => `arn:aws:backup:us-east-1:111122223333:recovery-point:${uuid(n)}`],
    ['Aurora', n => `arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-${uuid(n)}`],
  ])('of %s are inside the limits of CloudFormation and IAM', (_type, recoveryPointArn) => {
    expectInsideLimits(fourHundred(recoveryPointArn, ENV));
  });

  it('with ARNs made from pseudo parameters are inside the limits of CloudFormation and IAM', () => {
    const arn = { service: 'backup', resource: 'recovery-point', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
    const pseudo = { partition: Aws.PARTITION, region: Aws.REGION, account: Aws.ACCOUNT_ID };
    expectInsideLimits(fourHundred(n => Arn.format({ ...arn, ...pseudo, resourceName: uuid(n) })));
  });

  it.each<[string, (n: number) => string]>([
    ['DynamoDB', n => `arn:aws:dynamodb:us-east-1:111122223333:table/production-customer-orders-v2/backup/${String(n).padStart(14, '0')}-0a1b2c3d`],
    ['Redshift', n => `arn:aws:redshift:us-east-1:111122223333:snapshot:production-warehouse/awsbackup:job-${uuid(n)}`],
  ])('of %s are inside the limits of CloudFormation and IAM', (_type, recoveryPointArn) => {
    expectInsideLimits(fourHundred(recoveryPointArn, ENV));
  });

  it('share one statement for each thing that they all need', () => {
    const template = fourHundred(() => SNAPSHOT, ENV);
    expect(policies(template, handlerRole(template)).flatMap(({ statements }) => statements)).toHaveLength(5);
  });
});

/** A value of the template with every reference filled in, by the longest value that is to be expected. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner]] = Object.entries<any>(value);
  switch (key) {
    case 'Ref': return PSEUDO_PARAMETERS[inner] ?? `arn:aws:iam::111122223333:role/${'r'.repeat(64)}`;
    case 'Fn::GetAtt': return `arn:aws:iam::111122223333:role/${'r'.repeat(64)}`;
    case 'Fn::Join': return inner[1].map(filled).join(inner[0]);
    case 'Fn::Sub': return inner.replace(/\$\{([^}]+)\}/g, (_: string, name: string) => PSEUDO_PARAMETERS[name]);
    default: return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each)]));
  }
}

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
};
