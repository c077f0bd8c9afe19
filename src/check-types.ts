import { RemovalPolicy, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { invalidProp } from './invalid-prop';

/** Tells whether a value is of the type, and what to give instead. */
type Kind = readonly [is: (value: unknown) => boolean, whatToGive: string];

const has = (member: string) => (value: unknown) => value instanceof Object && member in value;

const STRING: Kind = [value => typeof value === 'string', 'a string.'];
const BOOLEAN: Kind = [value => typeof value === 'boolean', 'true or false. Leave the quotation marks out.'];
const durationAs = (example: string): Kind => [has('toMilliseconds'), `a Duration. Use e.g. ${example}.`];

const KINDS: Readonly<Record<string, Kind>> = {
  recoveryPointArn: [STRING[0], 'one ARN in a string. Make a OneTimeCopyJob for each recovery point.'],
  role: [has('roleArn'), 'a role. Use e.g. Role.fromRoleArn(this, \'Role\', arn).'],
  moveToColdStorageAfter: durationAs('Duration.days(30)'),
  deleteAfter: durationAs('Duration.days(365)'),
  optInToArchiveForSupportedResources: BOOLEAN,
  removeLifecycle: BOOLEAN,
  idempotencyToken: STRING,
  waitForCompletion: BOOLEAN,
  timeout: durationAs('Duration.hours(8)'),
  removalPolicy: [value => Object.values<unknown>(RemovalPolicy).includes(value), 'a RemovalPolicy. Use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY.'],
  provider: [has('_serviceToken'), 'a OneTimeCopyJobProvider. Use e.g. OneTimeCopyJobProvider.getOrCreate(this).'],
  pollInterval: durationAs('Duration.seconds(30)'),
  vpc: [has('selectSubnets'), 'a VPC. Use e.g. Vpc.fromLookup(this, \'Vpc\', { vpcId }).'],
  logGroup: [has('logGroupArn'), 'a log group. Use e.g. LogGroup.fromLogGroupName(this, \'Logs\', name).'],
  environmentEncryption: [has('keyArn'), 'a key. Use e.g. Key.fromKeyArn(this, \'Key\', arn).'],
};

/** That props are of their types, which no compiler has checked for a program in JavaScript. */
export function checkTypes(scope: IConstruct, props: object): void {
  for (const [prop, value] of Object.entries(props)) {
    const [is, whatToGive] = KINDS[prop] ?? [() => true];
    if (value === undefined || is(value)) continue;
    if (Token.isUnresolved(value)) throw invalidProp(scope, prop, 'a token', 'it is needed at synthesis. Use a literal.');
    throw invalidProp(scope, prop, value, `it must be ${whatToGive}`);
  }
}
