import { CfnOutput, CfnParameter, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { copyJob, Deployment } from './deployment';
import { A, Build, copied, copies, copyWith, DESTROY, DR, FRANKFURT, NEIGHBOUR_FAILS, ownRole, POLICIES, thenNeighbour, vault } from './stories';

/** What only the deployment knows, as IAM takes it into a policy. */
const POINTS: Readonly<Record<string, (stack: Stack) => string>> = {
  'a parameter': stack => new CfnParameter(stack, 'Point', { default: A }).valueAsString,
  'part of a parameter': stack => `arn:aws:ec2:us-east-1::snapshot/${new CfnParameter(stack, 'Point', { default: 'snap-0123456789abcdef0' }).valueAsString}`,
  'made of other values': stack => Fn.join('/', ['arn:aws:ec2:us-east-1::snapshot', new CfnParameter(stack, 'Point', { default: 'snap-0123456789abcdef0' }).valueAsString]),
};

/** A type of each form that an ARN may have. */
const TYPES = [
  'arn:aws:backup:us-east-1:111122223333:recovery-point:1',
  'arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0',
  'arn:aws:rds:us-east-1:111122223333:snapshot:awsbackup:job-1',
  'arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1',
  'arn:aws:dynamodb:us-east-1:111122223333:table/T/backup/1',
  'arn:aws:fsx:us-east-1:111122223333:backup/backup-1',
  'arn:aws:redshift:us-east-1:111122223333:snapshot:r/awsbackup:1',
  'arn:aws:redshift-serverless:us-east-1:111122223333:snapshot/0a1b2c3d-4e5f-6789-abcd-ef0123456789',
];

/** A copy of what the Parameter Store names. */
const fromParameterStore = (removalPolicy: RemovalPolicy): Build => stack =>
  copyWith({ removalPolicy, recoveryPointArn: StringParameter.valueForStringParameter(stack, '/point') })(stack);

describe.each(POLICIES)('a recovery point ARN that is known at deployment, under %s', removalPolicy => {
  it.each(Object.keys(POINTS))('gets a policy that IAM takes: %s', async what => {
    const deployment = new Deployment();
    const created = await deployment.deploy(stack => copyWith({ removalPolicy, recoveryPointArn: POINTS[what](stack) })(stack));
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(copied(created)).toEqual([A]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual(removalPolicy === DESTROY ? [] : [A]);
  });

  it.each(TYPES)('may be of any type, and the copy is found: %s', async arn => {
    const deployment = new Deployment();
    const created = await deployment.deploy(fromParameterStore(removalPolicy), { parameterStore: { '/point': arn } });
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(copies(created)).toMatchObject([{ of: arn, arn: created.outputs.CopyArn }]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual(removalPolicy === DESTROY ? [] : [arn]);
  });

  it('may be another copy\'s', async () => {
    const deployment = new Deployment();
    const created = await deployment.deploy(stack => {
      const first = copyJob(stack, { role: ownRole(stack), removalPolicy });
      const second = copyJob(stack, {
        role: ownRole(stack),
        removalPolicy,
        recoveryPointArn: first.destinationRecoveryPointArn,
        sourceBackupVault: vault(stack, 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'),
        destinationBackupVault: vault(stack, FRANKFURT),
      }, 'Second');
      new CfnOutput(stack, 'SecondArn', { value: second.destinationRecoveryPointArn });
    });
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(copies(created).at(-1)?.arn).toBe(created.outputs.SecondArn);
  });
});

describe('a destination that a parameter names, under DESTROY', () => {
  const FORMS: Readonly<Record<string, (stack: Stack, arn: string) => string>> = {
    'the vault\'s ARN': (stack, arn) => new CfnParameter(stack, 'Vault', { default: arn }).valueAsString,
    'its Region': (stack, arn) => `arn:aws:backup:${new CfnParameter(stack, 'Region', { default: arn.split(':')[3] }).valueAsString}:111122223333:backup-vault:dr`,
  };
  const to = (form: string, arn: string): Build => stack =>
    copyWith({ removalPolicy: DESTROY, destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Named', FORMS[form](stack, arn)) })(stack);

  it.each(Object.keys(FORMS))('deletes the copy in the Region before, when it changes: %s', async form => {
    const deployment = new Deployment();
    await deployment.deploy(to(form, DR));
    const updated = await deployment.deploy(to(form, FRANKFURT));
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(copies(updated).map(({ vaultArn }) => vaultArn)).toEqual([FRANKFURT]);
    expect(copied(await deployment.delete())).toEqual([]);
  });

  it.each(Object.keys(FORMS))('deletes the new copy when the change is rolled back: %s', async form => {
    const deployment = new Deployment();
    await deployment.deploy(to(form, DR));
    const after = await deployment.deploy(thenNeighbour(to(form, FRANKFURT)), NEIGHBOUR_FAILS);
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(copies(after).map(({ vaultArn }) => vaultArn)).toEqual([DR]);
  });
});

describe('a source that was copied moments ago', () => {
  it('is waited for, though StartCopyJob does not know it at once', async () => {
    const ended = await new Deployment().deploy(stack => {
      const first = copyJob(stack, { role: ownRole(stack) });
      copyJob(stack, {
        role: ownRole(stack),
        recoveryPointArn: first.destinationRecoveryPointArn,
        sourceBackupVault: vault(stack, DR),
        destinationBackupVault: vault(stack, FRANKFURT),
      }, 'Second');
    }, { faults: [{ operation: 'StartCopyJob', kind: 'notFound', skip: 1, forSeconds: 60 }] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(copies(ended)).toHaveLength(2);
  });
});

it('the ARN of a service that is not known names that service', async () => {
  const deployment = new Deployment();
  const created = await deployment.deploy(copyWith({ recoveryPointArn: 'arn:aws:newdb:us-east-1:111122223333:backup/1' }));
  expect(created.events.filter(({ type, status }) => type.startsWith('AWS::IAM') && status.endsWith('_FAILED'))).toEqual([]);
});
