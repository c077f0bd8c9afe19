import { CfnOutput, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { copyJob, Deployment } from './deployment';
import { A, copied, copies, copyWith, DESTROY, FRANKFURT, ownRole, POLICIES, vault } from './stories';

/** What only the deployment knows, as IAM takes it into a policy. */
const POINTS: Readonly<Record<string, (stack: Stack) => string>> = {
  'a parameter': stack => new CfnParameter(stack, 'Point', { default: A }).valueAsString,
  'part of a parameter': stack => `arn:aws:ec2:us-east-1::snapshot/${new CfnParameter(stack, 'Point', { default: 'snap-0123456789abcdef0' }).valueAsString}`,
  'made of other values': stack => Fn.join('/', ['arn:aws:ec2:us-east-1::snapshot', new CfnParameter(stack, 'Point', { default: 'snap-0123456789abcdef0' }).valueAsString]),
};

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

it('the ARN of a service that is not known names that service', async () => {
  const deployment = new Deployment();
  const created = await deployment.deploy(copyWith({ recoveryPointArn: 'arn:aws:timestream:us-east-1:111122223333:backup/1' }));
  expect(created.events.filter(({ type, status }) => type.startsWith('AWS::IAM') && status.endsWith('_FAILED'))).toEqual([]);
});
