import { App, Arn, ArnFormat, Aws, CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { filled, handlerPolicies, handlerRole } from './handler-policies';
import { copyJob, ENV, SNAPSHOT, synthesized, vaultIn } from './sample-job';
import { TemplateJson } from './template-graph';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';

const REGIONS = ['us-west-2', 'eu-west-1', 'eu-central-1', 'ap-southeast-2', 'ap-northeast-3'];

const uuid = (n: number) => `${String(n).padStart(8, '0')}-4e5f-6789-abcd-ef0123456789`;

const RECOVERY_POINTS: [string, (n: number) => string][] = [
  ['EBS', n => `arn:aws:ec2:us-east-1::snapshot/snap-${String(n).padStart(17, '0')}`],
  ['FSx', n => `arn:aws:fsx:us-east-1:111122223333:backup/backup-${String(n).padStart(17, '0')}`],
  ['EFS', n => `arn:aws:backup:us-east-1:111122223333:recovery-point:${uuid(n)}`],
  ['Aurora', n => `arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-${uuid(n)}`],
  ['DynamoDB', n => `arn:aws:dynamodb:us-east-1:111122223333:table/production-customer-orders-v2/backup/${String(n).padStart(14, '0')}-0a1b2c3d`],
  ['Redshift', n => `arn:aws:redshift:us-east-1:111122223333:snapshot:production-warehouse/awsbackup:job-${uuid(n)}`],
];

const lengthOf = (documents: object[]) => documents.map(document => JSON.stringify(filled(document)).length);
const sum = (lengths: number[]) => lengths.reduce((total, length) => total + length, 0);

function expectInsideLimits(template: TemplateJson) {
  expect(Object.keys(template.Resources).length).toBeLessThan(500);
  const role = handlerRole(template);
  const documents = (type: string) => Object.values(template.Resources)
    .filter(({ Type, Properties }) => Type === type && Properties.Roles.some((to: { Ref: string }) => to.Ref === role))
    .map(({ Properties }) => Properties.PolicyDocument);
  const managed = lengthOf(documents('AWS::IAM::ManagedPolicy'));
  expect(Math.max(...managed)).toBeLessThanOrEqual(6_144);
  expect(managed.length + (template.Resources[role].Properties.ManagedPolicyArns ?? []).length).toBeLessThanOrEqual(10);
  // All inline policies of a role count together.
  expect(sum(lengthOf(documents('AWS::IAM::Policy')))).toBeLessThanOrEqual(10_240);
}

describe('more managed policies than IAM gives a role by default', () => {
  const longest = (n: number) => `arn:aws:redshift:us-east-1:111122223333:snapshot:${'w'.repeat(63)}/awsbackup:job-${uuid(n)}`;

  it.each([[400, 1], [200, 0]])('are a warning at synthesis: %d jobs', (count, warned) => {
    const stack = new Stack(new App(), 'Big', { env: ENV });
    for (let n = 0; n < count; n++) copyJob(stack, { recoveryPointArn: longest(n) }, `Copy${n}`);
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('more than 9 managed policies.*OneTimeCopyJobProvider of their own'));
    expect(warnings.map(({ id }) => id)).toEqual(Array(warned).fill('/Big/cdk-backup-copy-job.Provider/HandlerRole'));
  });
});

describe.each([false, true])('with minimizePolicies %s', minimize => {
  function copies(count: number, recoveryPointArn: (n: number) => string, props: Partial<OneTimeCopyJobProps> = {}, env?: typeof ENV) {
    const stack = new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': minimize } }), 'Big', { env });
    for (let n = 0; n < count; n++) {
      const destinationBackupVault = vaultIn(stack, REGIONS[n % REGIONS.length]);
      copyJob(stack, { recoveryPointArn: recoveryPointArn(n), destinationBackupVault, ...props }, `Copy${n}`);
    }
    return synthesized(stack);
  }

  it.each(RECOVERY_POINTS)('400 copies of %s are inside the limits of CloudFormation and IAM', (_type, recoveryPointArn) => {
    expectInsideLimits(copies(400, recoveryPointArn, {}, ENV));
  });

  it('400 copies with ARNs made from pseudo parameters are inside the limits of CloudFormation and IAM', () => {
    const arn = { service: 'backup', resource: 'recovery-point', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
    const pseudo = { partition: Aws.PARTITION, region: Aws.REGION, account: Aws.ACCOUNT_ID };
    expectInsideLimits(copies(400, n => Arn.format({ ...arn, ...pseudo, resourceName: uuid(n) })));
  });

  it.each([RemovalPolicy.RETAIN, RemovalPolicy.DESTROY])('100 copies of what only the deployment knows are inside the limits of CloudFormation and IAM: %s', removalPolicy => {
    const stack = new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': minimize } }), 'Big', { env: ENV });
    for (let n = 0; n < 100; n++) {
      const recoveryPointArn = new CfnParameter(stack, `RecoveryPoint${n}`).valueAsString;
      copyJob(stack, { recoveryPointArn, destinationBackupVault: vaultIn(stack, REGIONS[n % REGIONS.length]), removalPolicy }, `Copy${n}`);
    }
    expectInsideLimits(synthesized(stack));
  });

  it.each(RECOVERY_POINTS)('100 copies of %s under DESTROY are inside the limits of CloudFormation and IAM', (_type, recoveryPointArn) => {
    expectInsideLimits(copies(100, recoveryPointArn, { removalPolicy: RemovalPolicy.DESTROY }, ENV));
  });

  it('100 copies of many types under DESTROY are inside the limits of CloudFormation and IAM', () => {
    const recoveryPointArn = (n: number) => RECOVERY_POINTS[Math.floor(n / REGIONS.length) % RECOVERY_POINTS.length][1](n);
    expectInsideLimits(copies(100, recoveryPointArn, { removalPolicy: RemovalPolicy.DESTROY }, ENV));
  });

  it('of copies that feed other copies more than IAM has room for are an error at synthesis, unless some have a provider of their own', () => {
    const chained = (count: number, providers: number) => {
      const stack = new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': minimize } }), 'Big', { env: ENV });
      const own = Array.from({ length: providers }, (_, n) => new OneTimeCopyJobProvider(stack, `Provider${n}`));
      for (let n = 0; n < count; n++) {
        const provider = own[n % providers];
        const first = copyJob(stack, { provider }, `First${n}`);
        copyJob(stack, { provider, recoveryPointArn: first.destinationRecoveryPointArn, sourceBackupVault: vaultIn(stack, 'eu-west-1') }, `Second${n}`);
      }
      return synthesized(stack);
    };
    expect(() => chained(80, 1)).toThrow(/Big\/Provider0\] the inline policies for its jobs have at least \d+ characters, and IAM allows a role 10240\. .*Provider of their own/);
    expect(() => chained(80, 3)).not.toThrow();
  });

  it('400 copies share one statement for each thing that they all need, two where some ARNs name no account', () => {
    const template = copies(400, () => SNAPSHOT, {}, ENV);
    expect(handlerPolicies(template).flatMap(({ statements }) => statements)).toHaveLength(7);
  });
});
