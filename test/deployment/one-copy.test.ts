import { Duration } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { Deployment } from './deployment';
import {
  Build, copies, copyWith, DESTROY, failures, FORGOTTEN, longestOperationSeconds, MINUTE, NEIGHBOUR_FAILS, POLICIES, RETAIN, thenNeighbour,
} from './stories';

describe('a function that dies', () => {
  it('between StartCopyJob and its answer fails the deployment, and the next one takes the job over', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith(), { faults: [{ operation: 'StartCopyJob', kind: 'crashAfter', times: 1 }] });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(first.copyJobs).toHaveLength(1);
    const second = await deployment.deploy(copyWith());
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(second.outputs.CopyArn).toBe(second.copyJobs[0].destinationRecoveryPointArn);
  });

  it('in a poll fails the deployment, and the next one takes the job over', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith(), { faults: [{ operation: 'DescribeCopyJob', kind: 'crashAfter', times: 1, skip: 3 }] });
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    const second = await deployment.deploy(copyWith());
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it.each([
    ['after the handler has started the job', { service: 'lambda', operation: 'Invoke', kind: 'crashAfter', times: 1 }],
    ['before the waiter starts', { service: 'states', operation: 'StartExecution', kind: 'crashBefore', times: 1 }],
    ['when the waiter has started', { service: 'states', operation: 'StartExecution', kind: 'crashAfter', times: 1 }],
  ])('in the framework is tried again by Lambda, and there is one job: %s', async (_, fault) => {
    const ended = await new Deployment().deploy(copyWith(), { faults: [fault] });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.outputs.CopyArn).toBe(ended.copyJobs[0].destinationRecoveryPointArn);
  });

  it('between DeleteRecoveryPoint and its answer fails the deletion, and the next one finds it done', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy: DESTROY }));
    expect((await deployment.delete({ faults: [{ operation: 'DeleteRecoveryPoint', kind: 'crashAfter', times: 1 }] })).status).toBe('DELETE_FAILED');
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });
});

describe('answers that never reach CloudFormation', () => {
  it('end the wait at the time of the job, not at the end of an hour', async () => {
    const ended = await new Deployment().deploy(copyWith(), { loseAnswers: [{ requestType: 'Create' }] });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failures(ended)).toEqual([expect.stringMatching(/did not receive a response from your Custom Resource/)]);
    expect(longestOperationSeconds(ended)).toBe(58 * MINUTE);
    expect(ended.copyJobs).toHaveLength(1);
  });

  it('leave a copy that the next deployment takes over', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith(), { loseAnswers: [{ requestType: 'Create' }] });
    const second = await deployment.deploy(copyWith());
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(second.outputs.CopyArn).toBe(copies(second)[0].arn);
  });
});

describe('where AWS Backup takes a token with another role for another request', () => {
  const empty: Build = stack => void new CfnTopic(stack, 'Topic');
  const scenario = { idempotency: { otherParameters: 'refuse' }, copyJobs: [{ runningSeconds: 90 * MINUTE }] };

  async function timedOutAndRefusedTwice(deployment: Deployment, build: Build): Promise<void> {
    expect(failures(await deployment.deploy(build, scenario))).toEqual([expect.stringMatching(/timeout of 55 minutes is over/)]);
    for (let again = 1; again <= 2; again++) {
      const refused = await deployment.deploy(build, scenario);
      expect(failures(refused)).toEqual([expect.stringMatching(/Nothing was copied\. .* give the job the role of that attempt \(role\)/)]);
      expect(refused.logs.join('\n')).toMatch(/token-refused/);
    }
    expect(deployment.copyJobs()).toHaveLength(1);
  }

  it.each([
    ['a new one', RETAIN, undefined], ['a new one', DESTROY, undefined], ['one that was there', RETAIN, empty], ['one that was there', DESTROY, empty],
  ])('the copy that timed out with the default role of a stack, %s, under %s, is made no second time, and taken over by its role', async (_, removalPolicy, before) => {
    const deployment = new Deployment();
    if (before) await deployment.deploy(before);
    await timedOutAndRefusedTwice(deployment, copyWith({ role: undefined, removalPolicy }));
    const { IamRoleArn: roleArn } = deployment.copyJobs()[0].input;
    const cured = await deployment.deploy(stack => copyWith({ role: Role.fromRoleArn(stack, 'Earlier', roleArn!), removalPolicy })(stack), scenario);
    expect(cured.status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    expect(cured.copyJobs).toHaveLength(1);
    expect(copies(cured).map(({ arn }) => arn)).toEqual([cured.outputs.CopyArn]);
  });

  it('the copy that timed out with a role made in the stack is made no second time', async () => {
    const withRole: Build = stack => {
      const managedPolicies = [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForBackup')];
      copyWith({ role: new Role(stack, 'CopyRole', { assumedBy: new ServicePrincipal('backup.amazonaws.com'), managedPolicies }) })(stack);
    };
    await timedOutAndRefusedTwice(new Deployment(), withRole);
  });

  it('or returns the first job, that is taken over', async () => {
    const deployment = new Deployment();
    const returnFirst = { idempotency: { otherParameters: 'returnFirst' } };
    const build = copyWith({ role: undefined });
    await deployment.deploy(thenNeighbour(build), { ...NEIGHBOUR_FAILS, ...returnFirst });
    const second = await deployment.deploy(thenNeighbour(build), returnFirst);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
  });

  it('or has forgotten it, the copy is made once more and the first stays', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    const second = await deployment.deploy(thenNeighbour(copyWith()), { idempotency: FORGOTTEN.idempotency });
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(2);
    expect(copies(second)[0]).toEqual(copies(first)[0]);
    expect(second.outputs.CopyArn).toBe(copies(second)[1].arn);
  });
});

describe('a deployment after one whose copy', () => {
  it.each(POLICIES)('failed makes a new one: %s', async removalPolicy => {
    const deployment = new Deployment();
    await deployment.deploy(copyWith({ removalPolicy }), { copyJobs: [{ endState: 'FAILED' }] });
    const second = await deployment.deploy(copyWith({ removalPolicy }));
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs.map(({ state }) => state)).toEqual(['FAILED', 'COMPLETED']);
    expect(second.outputs.CopyArn).toBe(copies(second)[0].arn);
  });

  it('failed ten times makes an eleventh', async () => {
    const deployment = new Deployment();
    for (let n = 0; n < 10; n++) await deployment.deploy(copyWith(), { copyJobs: [{ endState: 'FAILED' }] });
    const last = await deployment.deploy(copyWith());
    expect(last.status).toBe('CREATE_COMPLETE');
    expect(last.copyJobs).toHaveLength(11);
  });

  it('has another lifecycle makes a copy with the one it asks for, and leaves that alone', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(thenNeighbour(copyWith()), NEIGHBOUR_FAILS);
    const second = await deployment.deploy(thenNeighbour(copyWith({ deleteAfter: Duration.days(30) })), {
      idempotency: { otherParameters: 'returnFirst' },
    });
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(2);
    expect(copies(second)).toMatchObject([...copies(first), { arn: second.outputs.CopyArn, lifecycle: { DeleteAfterDays: 30 } }]);
  });
});
