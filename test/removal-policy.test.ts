import { App, CfnParameter, Duration, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { copyJob, copyResource, ENV, LEG_TYPE, synthesized } from './sample-job';
import { OneTimeCopyJobProps } from '../src';

const { RETAIN, DESTROY } = RemovalPolicy;
const OTHER_ACCOUNT = 'arn:aws:backup:eu-west-1:444455556666:backup-vault:dr';
const TOKEN = '\'destroy\', but with an idempotencyToken of your own a renamed construct would take over the copy that the clean-up of its predecessor '
  + 'then deletes. Leave idempotencyToken out, or use RETAIN.';
const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const DELETED = { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'S', { env: ENV });
});

it.each<[string, Partial<OneTimeCopyJobProps>, object, string]>([
  ['RETAIN', { removalPolicy: RETAIN }, KEPT, 'retain'],
  ['the default', {}, KEPT, 'retain'],
  ['DESTROY', { removalPolicy: DESTROY }, DELETED, 'destroy'],
])('%s is told to CloudFormation and to the handler', (_policy, props, native, property) => {
  expect(copyResource(copyJob(stack, props))).toMatchObject({ ...native, Properties: { RemovalPolicy: property } });
});

it.each<[RemovalPolicy, (all: RemovalPolicies) => void, object]>([
  [RETAIN, all => all.destroy(), DELETED],
  [DESTROY, all => all.retain(), KEPT],
])('%s as the handler knows it is not changed by an aspect that sets every resource\'s own', (removalPolicy, apply, native) => {
  const job = copyJob(stack, { removalPolicy });
  apply(RemovalPolicies.of(app));
  expect(copyResource(job)).toMatchObject({ ...native, Properties: { RemovalPolicy: removalPolicy } });
});

describe('CloudFormation waits', () => {
  it.each([
    ['a minute', Duration.minutes(1)],
    ['the default', undefined],
    ['8 hours', Duration.hours(8)],
  ])('as long as it takes to delete a copy under DESTROY, whatever the timeout: %s', (_what, timeout) => {
    expect(copyResource(copyJob(stack, { timeout, removalPolicy: DESTROY })).Properties.ServiceTimeout).toBe('3480');
  });

  it.each([
    ['a minute', Duration.minutes(1), '240'],
    ['the default', undefined, '3480'],
    ['8 hours in nine shares', Duration.hours(8), '3380'],
  ])('a little longer than the copy\'s share under RETAIN: %s', (_what, timeout, serviceTimeout) => {
    expect(copyResource(copyJob(stack, { timeout })).Properties.ServiceTimeout).toBe(serviceTimeout);
  });

  it('a little longer than its share for a leg under DESTROY, which deletes nothing', () => {
    copyJob(stack, { timeout: Duration.hours(8), removalPolicy: DESTROY });
    const legs = Object.values(synthesized(stack).Resources).filter(({ Type }) => Type === LEG_TYPE);
    expect(legs.map(({ Properties }) => Properties.ServiceTimeout)).toEqual(Array(8).fill('3380'));
  });
});

describe('is refused', () => {
  it.each<[string, () => Partial<OneTimeCopyJobProps>, string]>([
    ['SNAPSHOT', () => ({ removalPolicy: RemovalPolicy.SNAPSHOT }), '\'snapshot\', but a copy is a backup already. Use RETAIN or DESTROY.'],
    ['RETAIN_ON_UPDATE_OR_DELETE', () => ({ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
      '\'retain-on-update-or-delete\', but what a failed deployment copied is kept on purpose, for the next deployment to take over. '
      + 'Use RETAIN or DESTROY.'],
    ['DESTROY with another account', () => ({ removalPolicy: DESTROY, destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Other', OTHER_ACCOUNT) }),
      '\'destroy\', but the copy goes to the account 444455556666, and the stack\'s account 111122223333 cannot delete there. Use RETAIN.'],
    ['DESTROY with an idempotencyToken', () => ({ removalPolicy: DESTROY, idempotencyToken: 'once' }), TOKEN],
    ['DESTROY with an idempotencyToken that only the deployment knows', () => ({
      removalPolicy: DESTROY,
      idempotencyToken: new CfnParameter(stack, 'Token').valueAsString,
    }), TOKEN],
    ['DESTROY without waiting for the copy', () => ({ removalPolicy: DESTROY, waitForCompletion: false }),
      '\'destroy\', but with waitForCompletion: false the copied recovery point is not known. Wait for the copy, or use RETAIN.'],
  ])('as %s', (_what, props, message) => {
    expect(() => copyJob(stack, props())).toThrow(new Error(`S/Copy: removalPolicy is ${message}`));
  });
});

describe('as DESTROY passes', () => {
  it('when only the deployment knows the stack\'s account', () => {
    const agnostic = new Stack(app, 'Agnostic');
    const destinationBackupVault = BackupVault.fromBackupVaultArn(agnostic, 'Other', OTHER_ACCOUNT);
    expect(copyResource(copyJob(agnostic, { removalPolicy: DESTROY, destinationBackupVault })).Properties).toMatchObject({ RemovalPolicy: 'destroy' });
  });

  it('when only the deployment knows the vault', () => {
    const destinationBackupVault = BackupVault.fromBackupVaultArn(stack, 'Other', new CfnParameter(stack, 'Vault').valueAsString);
    expect(copyResource(copyJob(stack, { removalPolicy: DESTROY, destinationBackupVault })).Properties).toMatchObject({ RemovalPolicy: 'destroy' });
  });

  it('with waitForCompletion: true', () => {
    expect(() => copyJob(stack, { removalPolicy: DESTROY, waitForCompletion: true })).not.toThrow();
  });
});
