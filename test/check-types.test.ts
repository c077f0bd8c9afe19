import { App, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { copyJob, ENV, SNAPSHOT } from './sample-job';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../src';

/*
 * What a program in JavaScript may give: no compiler has looked at it.
 */

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

const given = (props: object) => () => copyJob(stack, props as Partial<OneTimeCopyJobProps>);

it.each([
  ['removalPolicy', 'DESTROY', 'it must be a RemovalPolicy. Use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY.'],
  ['waitForCompletion', 'false', 'it must be true or false. Leave the quotation marks out.'],
  ['removeLifecycle', 'false', 'it must be true or false. Leave the quotation marks out.'],
  ['optInToArchiveForSupportedResources', 'yes', 'it must be true or false. Leave the quotation marks out.'],
  ['timeout', 8, 'it must be a Duration. Use e.g. Duration.hours(8).'],
  ['deleteAfter', 365, 'it must be a Duration. Use e.g. Duration.days(365).'],
  ['moveToColdStorageAfter', '30', 'it must be a Duration. Use e.g. Duration.days(30).'],
  ['role', 'arn:aws:iam::111122223333:role/copy', "it must be a role. Use e.g. Role.fromRoleArn(this, 'Role', arn)."],
  ['recoveryPointArn', [SNAPSHOT, SNAPSHOT], 'it must be one ARN in a string. Make a OneTimeCopyJob for each recovery point.'],
  ['idempotencyToken', 7, 'it must be a string.'],
  ['provider', {}, 'it must be a OneTimeCopyJobProvider. Use e.g. OneTimeCopyJobProvider.getOrCreate(this).'],
  ['sourceBackupVault', 'prod', "it must be a backup vault. Use e.g. BackupVault.fromBackupVaultName(this, 'Vault', 'name')."],
  ['destinationBackupVault', 'dr', "it must be a backup vault. Use e.g. BackupVault.fromBackupVaultName(this, 'Vault', 'name')."],
])('%s is refused when it is %j', (prop, value, message) => {
  expect(given({ [prop]: value })).toThrow(new Error(`S/Copy: ${prop} is '${value}', but ${message}`));
});

it('a number is no pollInterval', () => {
  expect(() => new OneTimeCopyJobProvider(stack, 'Provider', { pollInterval: 30 as never }))
    .toThrow(new Error("S/Provider: pollInterval is '30', but it must be a Duration. Use e.g. Duration.seconds(30)."));
});

it.each([
  ['vpc', 'vpc-1', /it must be a VPC\. Use/], ['logGroup', 'foo', /it must be a log group\. Use/], ['environmentEncryption', 'alias/x', /it must be a key\. Use/],
])('a text is no %s', (prop, value, message) => {
  expect(() => new OneTimeCopyJobProvider(stack, 'Provider', { [prop]: value })).toThrow(message);
});

it.each(['waitForCompletion', 'removalPolicy', 'optInToArchiveForSupportedResources'])('a token is no %s', prop => {
  expect(given({ [prop]: Token.asString({ Ref: 'P' }) })).toThrow(new Error(`S/Copy: ${prop} is 'a token', but it is needed at synthesis. Use a literal.`));
});

it('a job without props is asked for its recovery point', () => {
  expect(() => new OneTimeCopyJob(stack, 'Copy', undefined as never)).toThrow("S/Copy: recoveryPointArn is 'undefined', but a recovery point ARN has the form");
});

it('every RemovalPolicy is one', () => {
  for (const removalPolicy of Object.values(RemovalPolicy)) expect(given({ removalPolicy })).not.toThrow(/it must be a RemovalPolicy/);
});
