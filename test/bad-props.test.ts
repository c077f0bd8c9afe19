import { App, CfnParameter, CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BackupVault, IBackupVault } from 'aws-cdk-lib/aws-backup';
import { Role } from 'aws-cdk-lib/aws-iam';
import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Construct } from 'constructs';
import * as fc from 'fast-check';
import { ACCIDENT, anyText } from './bad-input';
import { COPY_TYPE, copyJob, DR, ENV, LEG_TYPE, SNAPSHOT } from './sample-job';
import { TemplateJson } from './template-graph';
import { parseRequest } from '../lambda/messages/request';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider, OneTimeCopyJobProviderProps } from '../src';
import { CopyJobProperties } from '../src/contract';

const SETTINGS = { seed: 5, numRuns: 1_500 };

/** A prop that is mostly left alone, and sometimes is what a user of JavaScript leaves. */
const mostly = <T, U>(usual: T, others: fc.Arbitrary<U>) => fc.oneof(
  { weight: 12, arbitrary: fc.constant(usual) }, { weight: 4, arbitrary: others }, { weight: 1, arbitrary: fc.constantFrom(undefined, null) },
);

const TOKEN = 'a token';
const DATABASE_SNAPSHOT = 'arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1';
type Unit = 'millis' | 'seconds' | 'minutes' | 'hours' | 'days';
const amounts = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.double({ min: 0, max: 600 }), fc.constantFrom(NaN, Infinity, 2 ** 53, 1e21, 1e300));
const anyDuration = fc.record({
  unit: fc.constantFrom<Unit>('millis', 'seconds', 'minutes', 'hours', 'days'),
  amount: fc.oneof({ weight: 4, arbitrary: amounts }, { weight: 1, arbitrary: fc.constant(TOKEN) }),
});
type AnyDuration = typeof anyDuration extends fc.Arbitrary<infer T> ? T : never;
const SECONDS = { millis: 0.001, seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };
/** What becomes a few resources; longer ones become many. */
const isShort = ({ unit, amount }: AnyDuration) => typeof amount === 'string' || !(amount * SECONDS[unit] > 36_000 && Number.isFinite(amount));

const anyPart = fc.oneof(fc.constantFrom('', '*', 'aws-cn', 'iam', 'eu-west-1', '999988887777', '1'), anyText);
/** An ARN with any of its parts replaced or left out. */
const anyArn = (whole: string) => fc.tuple(fc.nat(whole.split(':').length), anyPart)
  .map(([at, put]) => whole.split(':').map((part, i) => i === at ? put : part).join(':'));

const anyVault = (whole: string) => fc.oneof(
  fc.record({ arn: fc.oneof(anyArn(whole), fc.constant(TOKEN)) }),
  fc.record({ name: fc.oneof(anyText, fc.constantFrom(TOKEN, 'other', 'prod', 'x')) }),
);
const anyBoolean = mostly(undefined, fc.boolean());

const anyProps = fc.record({
  recoveryPointArn: mostly(SNAPSHOT, fc.oneof(anyText, anyArn(SNAPSHOT), anyArn(DATABASE_SNAPSHOT), fc.constant(TOKEN))),
  sourceBackupVault: mostly({ name: 'prod' }, anyVault('arn:aws:backup:us-east-1:111122223333:backup-vault:prod')),
  destinationBackupVault: mostly({ arn: DR }, anyVault(DR)),
  role: mostly(undefined, fc.constantFrom('arn:aws:iam::111122223333:role/copy', 'arn:aws:iam::999988887777:role/copy')),
  moveToColdStorageAfter: mostly(undefined, anyDuration),
  deleteAfter: mostly(undefined, anyDuration),
  optInToArchiveForSupportedResources: anyBoolean,
  removeLifecycle: anyBoolean,
  idempotencyToken: mostly(undefined, fc.oneof(anyText, fc.constant(TOKEN))),
  waitForCompletion: anyBoolean,
  timeout: mostly(undefined, anyDuration.filter(isShort)),
  removalPolicy: mostly(undefined, fc.constantFrom(...Object.values(RemovalPolicy))),
});
type AnyProps = typeof anyProps extends fc.Arbitrary<infer T> ? T : never;

const roomyStack = (id: string) =>
  new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0, 'aws:cdk:disable-asset-staging': true } }), id, { env: ENV });

/** One for all jobs: a provider takes longer than a job. */
const stack = roomyStack('S');
let cases = 0;

/** What CloudFormation puts in the place of a parameter, by its logical id. */
const parameters = new Map<string, string>([['AWS::Partition', 'aws']]);

function parameter(scope: Construct, value: string | number): CfnParameter {
  const made = new CfnParameter(scope, `Parameter${scope.node.children.length}`, { type: typeof value === 'number' ? 'Number' : 'String' });
  parameters.set(stack.resolve(made.logicalId) as string, String(value));
  return made;
}

function duration(scope: Construct, { unit, amount }: AnyDuration): Duration {
  return Duration[unit](typeof amount === 'string' ? parameter(scope, 30).valueAsNumber : amount);
}

function vault(scope: Construct, id: string, { name = '', arn }: { name?: string; arn?: string }): IBackupVault {
  return arn === undefined
    ? BackupVault.fromBackupVaultName(scope, id, name === TOKEN ? parameter(scope, 'prod').valueAsString : name)
    : BackupVault.fromBackupVaultArn(scope, id, arn === TOKEN ? parameter(scope, DR).valueAsString : arn);
}

/** Two jobs of one stack must not have the same. */
function ownToken(scope: Construct, token: string): string {
  return token === TOKEN ? parameter(scope, 'mine').valueAsString : `${token}${cases}`;
}

/** One for some of the jobs: IAM has no room for the policies of all. */
const ownProviders: OneTimeCopyJobProvider[] = [];
const provider = () => ownProviders[Math.floor(cases / 100)] ??= new OneTimeCopyJobProvider(stack, `Provider${ownProviders.length}`);

/** The props, in a scope of their own; undefined when the CDK itself refuses what they are made of. */
function built(scope: Construct, given: AnyProps): OneTimeCopyJobProps | undefined {
  try {
    return {
      ...given,
      recoveryPointArn: given.recoveryPointArn === TOKEN ? parameter(scope, SNAPSHOT).valueAsString : given.recoveryPointArn,
      sourceBackupVault: given.sourceBackupVault && vault(scope, 'Source', given.sourceBackupVault),
      destinationBackupVault: given.destinationBackupVault && vault(scope, 'Destination', given.destinationBackupVault),
      role: given.role && Role.fromRoleArn(scope, 'Role', given.role),
      moveToColdStorageAfter: given.moveToColdStorageAfter && duration(scope, given.moveToColdStorageAfter),
      deleteAfter: given.deleteAfter && duration(scope, given.deleteAfter),
      idempotencyToken: given.idempotencyToken && ownToken(scope, given.idempotencyToken),
      timeout: given.timeout && duration(scope, given.timeout),
      provider: provider(),
    } as OneTimeCopyJobProps;
  } catch {
    return undefined;
  }
}

interface Intrinsic {
  readonly 'Ref'?: string;
  readonly 'Fn::Join'?: [delimiter: string, parts: unknown[]];
  readonly 'Fn::Split'?: [delimiter: string, text: unknown];
  readonly 'Fn::Select'?: [index: number, list: unknown];
}

/** What CloudFormation hands over of a property; what other resources answer is `known later`. */
function handedOver(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(handedOver);
  if (value === null) throw new Error('CloudFormation allows no null in a template.');
  if (typeof value !== 'object') return String(value);
  const { 'Ref': ref, 'Fn::Join': join, 'Fn::Select': select, 'Fn::Split': split } = value as Intrinsic;
  if (join) return (handedOver(join[1]) as string[]).join(join[0]);
  if (split) return (handedOver(split[1]) as string).split(split[0]);
  if (select) return (handedOver(select[1]) as string[])[select[0]] ?? '';
  if (ref || Object.keys(value)[0]?.startsWith('Fn::')) return parameters.get(ref ?? '') ?? 'known later';
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, handedOver(entry)]));
}

/** The handler's own reading of a custom resource. */
function readByHandler(ResourceProperties: unknown): CopyJobProperties {
  const StackId = 'arn:aws:cloudformation:us-east-1:111122223333:stack/S/1';
  const event = { RequestType: 'Create', StackId, ResponseURL: '', ResourceProperties: handedOver(ResourceProperties) };
  return parseRequest(event as CloudFormationCustomResourceEvent, 0).properties;
}

/** Tells whether the work was refused, and that it was in words that name construct, prop and way out. */
function refused(work: () => void, path: string, props: readonly string[]): boolean {
  try {
    work();
    return false;
  } catch (error) {
    const { message } = error as Error;
    expect(message).not.toMatch(ACCIDENT);
    expect(props.filter(prop => message.startsWith(`${path}: ${prop} is '`))).toHaveLength(1);
    expect(message).toMatch(/', but [^]+(\. [A-Z]|must be )[^]+\.$/);
    return true;
  }
}

/** The custom resources of a job, as the template has them. */
const resourcesOf = (job: OneTimeCopyJob) => job.node.findAll()
  .filter(CfnResource.isCfnResource)
  .filter(({ cfnResourceType }) => [COPY_TYPE, LEG_TYPE].includes(cfnResourceType))
  .flatMap(resource => Object.values((stack.resolve(resource._toCloudFormation()) as Pick<TemplateJson, 'Resources'>).Resources))
  .map(({ Properties }) => Properties);

it('a job with any props is refused in clear words, or synthesizes to what the handler understands', () => {
  let accepted = 0;
  fc.assert(fc.property(anyProps, given => {
    const scope = new Construct(stack, `Case${++cases}`);
    const props = built(scope, given);
    fc.pre(props !== undefined);
    let job: OneTimeCopyJob | undefined;
    if (refused(() => job = new OneTimeCopyJob(scope, 'Copy', props!), `${scope.node.path}/Copy`, Object.keys(given))) return;
    accepted++;
    for (const properties of resourcesOf(job!).map(readByHandler)) {
      expect(properties).toMatchObject({
        ConstructPath: `S/Case${cases}/Copy`,
        RemovalPolicy: given.removalPolicy ?? 'retain',
        WaitForCompletion: given.waitForCompletion ?? true,
        RecoveryPointArn: given.recoveryPointArn === TOKEN ? SNAPSHOT : given.recoveryPointArn,
      });
      // In a policy, an asterisk would allow any recovery point.
      expect(properties.RecoveryPointArn).not.toMatch(/[*?]/);
      expect(properties.DestinationBackupVaultArn).toMatch(/^arn:aws(-cn)?:backup:[^:]+:\d{12}:backup-vault:[\w-]{2,50}$/);
      expect(properties.IdempotencyToken === undefined).toBe(!given.idempotencyToken);
      expect(properties.TimeoutSeconds).toBeLessThanOrEqual(3_300);
      const { MoveToColdStorageAfterDays: cold = -1, DeleteAfterDays: end = -1 } = properties.Lifecycle ?? {};
      for (const days of [cold, end]) expect(days === -1 || days >= 1).toBe(true);
    }
  }), SETTINGS);
  Template.fromStack(stack).resourceCountIs(COPY_TYPE, accepted);
  expect(accepted).toBeGreaterThan(50);
});

it('refuses a timeout that no stack has room for', () => {
  const scope = new Stack(new App(), 'S', { env: ENV });
  expect(refused(() => copyJob(scope, { timeout: Duration.days(3_650) }), 'S/Copy', ['timeout'])).toBe(true);
});

it('a provider with any props is refused in clear words, or polls as often as it may', () => {
  const providers = roomyStack('P');
  let accepted = 0;
  const anyInterval = fc.oneof(anyDuration, fc.record({ unit: fc.constant<Unit>('seconds'), amount: fc.integer({ min: 0, max: 120 }) }), fc.constant(undefined));
  const [anyGroups, anySubnets] = [mostly(undefined, fc.constant([])), mostly(undefined, fc.constant({}))];
  fc.assert(fc.property(anyInterval, anyGroups, anySubnets, (interval, securityGroups, vpcSubnets) => {
    const scope = new Construct(providers, `Case${++cases}`);
    const props = { pollInterval: interval && duration(scope, interval), securityGroups, vpcSubnets } as OneTimeCopyJobProviderProps;
    if (!refused(() => new OneTimeCopyJobProvider(scope, 'Provider', props), `${scope.node.path}/Provider`, Object.keys(props))) accepted++;
  }), { ...SETTINGS, numRuns: 60 });
  const waiters = Object.values(Template.fromStack(providers).findResources('AWS::StepFunctions::StateMachine'));
  expect(waiters).toHaveLength(accepted);
  for (const waiter of waiters) {
    expect(JSON.stringify(waiter)).toMatch(/IntervalSeconds\\+":([5-9]|[1-5]\d|60),/);
  }
});
