import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, CfnParameter, CfnResource, Duration, IAspect, NestedStack, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { IRole, ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, HIPAASecurityChecks, INagLogger, NagPackProps, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { Statement } from './handler-policies';
import { copyJob, ENV, synthesized, vaultIn } from './sample-job';
import { TemplateResource } from './template-graph';
import { OneTimeCopyJob, OneTimeCopyJobProvider } from '../src';

interface Suppression {
  readonly id: string;
  readonly reason: string;
  readonly applies_to?: readonly { readonly regex: string }[];
}

/** What cdk-nag finds in the app, as `path rule` or `path rule[finding]`. */
function findings(of: App, Pack: new (props: NagPackProps) => IAspect = AwsSolutionsChecks): string[] {
  of.synth();
  const found: string[] = [];
  const nothing = () => {};
  const logger: INagLogger = {
    onNonCompliance: ({ resource, ruleId, findingId }) => found.push(`${resource.node.path} ${ruleId}${findingId && `[${findingId}]`}`),
    onError: ({ resource, ruleId, errorMessage }) => found.push(`${resource.node.path} ${ruleId} ${errorMessage}`),
    onCompliance: nothing,
    onSuppressed: nothing,
    onSuppressedError: nothing,
    onNotApplicable: nothing,
  };
  const checks = new Pack({ reports: false, additionalLoggers: [logger] });
  of.node.findAll().forEach(node => checks.visit(node));
  return found;
}

/** What aws-cdk-lib runs its framework's functions on is its choice: the newest runtime in newer releases. */
function isOnNewestRuntime(resource: CfnResource): boolean {
  return resource instanceof CfnFunction && resource.runtime === Runtime.NODEJS_24_X.name;
}

function suppressing(of: App): { resource: CfnResource; suppressions: Suppression[] }[] {
  return of.node.findAll().filter(CfnResource.isCfnResource)
    .map(resource => ({ resource, suppressions: resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [] }))
    .filter(({ suppressions }) => suppressions.length > 0);
}

/** A stack with a job of every kind. */
function everyKindOfJob(stack: Stack): void {
  copyJob(stack, { removeLifecycle: true, idempotencyToken: 'mine' }, 'Plain');
  copyJob(stack, { waitForCompletion: false }, 'Started');
  copyJob(stack, { role: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/mine'), deleteAfter: Duration.days(365) }, 'OfMyRole');
  copyJob(stack, { recoveryPointArn: new CfnParameter(stack, 'Point').valueAsString, removalPolicy: RemovalPolicy.DESTROY }, 'Parametric');
  const first = copyJob(stack, { timeout: Duration.hours(3), removalPolicy: RemovalPolicy.DESTROY }, 'First');
  copyJob(stack, {
    recoveryPointArn: first.destinationRecoveryPointArn,
    sourceBackupVault: vaultIn(stack, 'eu-west-1'),
    destinationBackupVault: vaultIn(stack, 'eu-west-2'),
  }, 'Second');
  const nested = new NestedStack(stack, 'Nested');
  copyJob(nested, { provider: OneTimeCopyJobProvider.getOrCreate(stack), removalPolicy: RemovalPolicy.DESTROY });
  copyJob(new NestedStack(nested, 'Deep'), { timeout: Duration.hours(3) });
}

function everyProviderProp(stack: Stack): void {
  OneTimeCopyJobProvider.getOrCreate(stack, {
    pollInterval: Duration.seconds(10),
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], privateSubnetIds: ['subnet-1'] }),
    logGroup: LogGroup.fromLogGroupName(stack, 'Logs', 'mine'),
    environmentEncryption: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/1'),
  });
  everyKindOfJob(stack);
}

function example(file: string): App {
  let made: App | undefined;
  const synth = jest.spyOn(Stage.prototype, 'synth').mockImplementation(function (this: Stage) {
    made = this as App;
    return undefined as never;
  });
  jest.requireActual(join(__dirname, '../examples', file));
  synth.mockRestore();
  return made as App;
}

function app(make: (stack: Stack) => void, { env, context }: { env?: typeof ENV; context?: Record<string, unknown> } = { env: ENV }): App {
  const made = new App({ context });
  make(new Stack(made, 'S', { env }));
  return made;
}

describe.each<[string, () => App]>([
  ...readdirSync(join(__dirname, '../examples')).filter(file => file.endsWith('.ts')).map((file): [string, () => App] => [file, () => example(file)]),
  ['jobs of every kind', () => app(everyKindOfJob)],
  ['every prop of the provider', () => app(everyProviderProp)],
  ['any account and Region', () => app(everyKindOfJob, {})],
  ['CDK\'s feature flags', () => app(everyProviderProp, {
    env: ENV,
    context: { '@aws-cdk/core:enablePartitionLiterals': true, '@aws-cdk/aws-iam:minimizePolicies': true },
  })],
])('%s', (_what, make) => {
  const subject = make();

  it('leaves nothing to suppress', () => {
    expect(findings(subject)).toEqual([]);
  });

  it('has no suppression that is not needed', () => {
    const covered = suppressing(subject).flatMap(({ resource, suppressions }) => suppressions
      .filter(({ id }) => id !== 'AwsSolutions-L1' || !isOnNewestRuntime(resource))
      .flatMap(({ id, applies_to: finding }) => (finding ?? [{ regex: undefined }]).map(({ regex }) => ({ path: resource.node.path, id, regex }))));
    for (const { resource } of suppressing(subject)) resource.addMetadata('cdk_nag', undefined);
    const found = findings(subject);
    expect(found.length).toBeGreaterThan(0);
    const unneeded = covered.filter(({ path, id, regex }) => !found.some(finding => regex
      ? finding.startsWith(`${path} ${id}[`) && new RegExp(regex.slice(1, -1)).test(finding.slice(`${path} ${id}[`.length, -1))
      : finding === `${path} ${id}`));
    expect(unneeded).toEqual([]);
  });
});

describe('whatever the jobs and however the provider is set up', () => {
  let resources: TemplateResource[];
  beforeAll(() => {
    resources = app(everyProviderProp).node.findAll().filter(Stack.isStack)
      .flatMap(stack => Object.values(synthesized(stack).Resources));
    expect(resources.length).toBeGreaterThan(20);
  });

  it('allows nothing on all resources but to describe copy jobs', () => {
    const wide = resources.filter(({ Type }) => /^AWS::IAM::(Managed)?Policy$/.test(Type))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
      .filter(statement => [statement.Resource].flat().includes('*'));
    expect(new Set(wide.map(({ Action }) => Action))).toEqual(new Set(['backup:DescribeCopyJob']));
  });

  it('gives functions nothing but one another\'s names, and how often to try', () => {
    const variables = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function').flatMap(({ Properties }) => Properties.Environment?.Variables ?? {});
    expect(new Set(variables.flatMap(Object.keys)))
      .toEqual(new Set(['USER_ON_EVENT_FUNCTION_ARN', 'USER_IS_COMPLETE_FUNCTION_ARN', 'WAITER_STATE_MACHINE_ARN', 'AWS_MAX_ATTEMPTS']));
  });
});

it('other packs find what docs/security.md says of them', () => {
  const found = [HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks].flatMap(Pack => findings(app(everyKindOfJob), Pack));
  const rules = found.map(finding => finding.replace(/.* \S+-(\w+).*/, '$1'));
  const page = readFileSync(join(__dirname, '../docs/security.md'), 'utf8').split('\n| rule, of ')[1].split('\n\n')[0];
  expect([...page.matchAll(/^\| `(\w+)`/gm)].map(([, rule]) => rule).sort()).toEqual([...new Set(rules)].sort());
});

it('every suppression is for a part of the library and has a reason', () => {
  const subject = app(stack => {
    everyKindOfJob(stack);
    new Queue(stack, 'Mine');
  });
  for (const { resource, suppressions } of suppressing(subject)) {
    const parts = resource.node.scopes.filter(scope => scope instanceof OneTimeCopyJob || scope instanceof OneTimeCopyJobProvider);
    expect(parts.length).toBeGreaterThan(0);
    for (const { reason } of suppressions) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
  }
});

describe('what is not the library\'s is found', () => {
  const provider = (stack: Stack) => OneTimeCopyJobProvider.getOrCreate(stack);
  const everything = () => new PolicyStatement({ actions: ['s3:*'], resources: ['*'] });
  const inLibrary = 'S/cdk-backup-copy-job.Provider';
  const onRoles: IAspect = {
    visit: node => {
      if (node instanceof Role) node.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess'));
    },
  };

  it.each<[string, (stack: Stack) => void, string[]]>([
    ['a resource beside it', stack => new Queue(stack, 'Mine'), ['S/Mine/Resource AwsSolutions-SQS3', 'S/Mine/Resource AwsSolutions-SQS4']],
    ['a policy for the copy role', stack => copyJob(stack, {}, 'Other').role.addToPrincipalPolicy(everything()), [
      `${inLibrary}/CopyRole/DefaultPolicy/Resource AwsSolutions-IAM5[Action::s3:*]`,
      `${inLibrary}/CopyRole/DefaultPolicy/Resource AwsSolutions-IAM5[Resource::*]`,
    ]],
    ['a policy for the handler', stack => (provider(stack).node.findChild('HandlerRole') as IRole & Role).addToPolicy(everything()), [
      `${inLibrary}/HandlerRole/DefaultPolicy/Resource AwsSolutions-IAM5[Action::s3:*]`,
      `${inLibrary}/HandlerRole/DefaultPolicy/Resource AwsSolutions-IAM5[Resource::*]`,
    ]],
    ['a policy for a framework function', stack => (provider(stack).node.findChild('Framework').node.findChild('framework-onEvent')
      .node.findChild('ServiceRole') as Role).addToPolicy(everything()), [
      `${inLibrary}/Framework/framework-onEvent/ServiceRole/DefaultPolicy/Resource AwsSolutions-IAM5[Action::s3:*]`,
      `${inLibrary}/Framework/framework-onEvent/ServiceRole/DefaultPolicy/Resource AwsSolutions-IAM5[Resource::*]`,
    ]],
    ['a managed policy that an aspect attaches', stack => Aspects.of(stack).add(onRoles), [
      'CopyRole', 'Framework/framework-isComplete/ServiceRole', 'Framework/framework-onEvent/ServiceRole',
      'Framework/framework-onTimeout/ServiceRole', 'Framework/waiter-state-machine/Role', 'HandlerRole',
    ].map(role => `${inLibrary}/${role}/Resource AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AdministratorAccess]`)],
  ])('%s', (_what, add, expected) => {
    const subject = app(stack => {
      copyJob(stack);
      add(stack);
    });
    expect(findings(subject).sort()).toEqual(expected);
  });
});
