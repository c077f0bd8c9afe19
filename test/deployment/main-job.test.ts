import { CfnOutput } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { copyJob, Deployment, failureReason, JOB_TYPE, SNAPSHOT } from './deployment';
import { copies, copyWith, DESTROY, vault } from './stories';
import { namedScenario } from '../../simulator/scenario';
import { ATTRIBUTE_NAMES } from '../../src/contract';

const copiedTo = (stack: Parameters<typeof copyJob>[0]) => {
  new CfnOutput(stack, 'CopiedTo', { value: copyJob(stack).destinationRecoveryPointArn });
};
const named = (name: string) => ({ ...namedScenario(name) });
const DISPENSABLE = [
  ...ATTRIBUTE_NAMES.filter(name => !['DestinationRecoveryPointArn', 'CopyJobId', 'CopyJobState'].includes(name)),
  'DestinationRecoveryPointLifecycle',
];
const IRISH_SNAPSHOT = /^arn:aws:ec2:eu-west-1::snapshot\/snap-[0-9a-f]{17}$/;

describe('deploying a copy', () => {
  it.each(['completed', 'throttled', 'iam-propagation', 'slow'])('gives the template the ARN of the copy, by one job: %s', async name => {
    const { status, outputs, copyJobs, calls } = await new Deployment().deploy(copiedTo, named(name));
    expect(status).toBe('CREATE_COMPLETE');
    expect(outputs.CopiedTo).toMatch(IRISH_SNAPSHOT);
    expect(copyJobs).toMatchObject([{ state: 'COMPLETED', destinationRecoveryPointArn: outputs.CopiedTo }]);
    expect(calls.backup.StartCopyJob.accepted).toBe(1);
  });

  it.each([
    ['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov'], ['eusc-de-east-1', 'aws-eusc'],
    ['us-iso-east-1', 'aws-iso'], ['us-isob-east-1', 'aws-iso-b'], ['eu-isoe-west-1', 'aws-iso-e'], ['us-isof-south-1', 'aws-iso-f'],
  ])('works in %s, a Region of %s', async (region, partition) => {
    const { status, outputs } = await new Deployment({ env: { account: '111122223333', region } }).deploy(stack => {
      const vaultArn = `arn:${partition}:backup:${region}:111122223333:backup-vault:dr`;
      const copy = copyJob(stack, {
        recoveryPointArn: `arn:${partition}:ec2:${region}::snapshot/snap-0123456789abcdef0`,
        destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Vault', vaultArn),
      });
      new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });
    });
    expect(status).toBe('CREATE_COMPLETE');
    expect(outputs.CopiedTo).toMatch(new RegExp(`^arn:${partition}:ec2:${region}::snapshot/snap-`));
  });

  it('gives the template every attribute', async () => {
    const { outputs, copyJobs: [job] } = await new Deployment().deploy(stack => {
      const copy = copyJob(stack);
      for (const name of ATTRIBUTE_NAMES) {
        const property = name[0].toLowerCase() + name.slice(1) as 'copyJobId';
        new CfnOutput(stack, `The${name}`, { value: copy[property] });
      }
    });
    expect(outputs).toEqual({
      TheDestinationRecoveryPointArn: expect.stringMatching(IRISH_SNAPSHOT),
      TheCopyJobId: job.copyJobId,
      TheCopyJobState: 'COMPLETED',
      TheStatusMessage: expect.any(String),
      TheMessageCategory: 'SUCCESS',
      TheResourceType: 'EBS',
      TheResourceArn: expect.stringMatching(/:volume\/vol-/),
      TheResourceName: expect.any(String),
      TheBackupSizeInBytes: expect.stringMatching(/^\d+$/),
      TheCreationDate: new Date(job.createdAt).toISOString(),
      TheCompletionDate: new Date(job.completedAt!).toISOString(),
      TheDestinationEncryptionKeyArn: expect.stringMatching(/^arn:aws:kms:eu-west-1:/),
      TheDestinationVaultType: 'BACKUP_VAULT',
      TheDestinationVaultLockState: 'UNLOCKED',
      TheDestinationRecoveryPointLifecycle: '{"DeleteAfterDays":365}',
      TheIsParent: 'false',
      TheNumberOfChildJobs: expect.any(String),
      TheChildJobsInState: '',
    });
  });

  it('copies out of the vault that AWS made for Amazon EFS, in which a copy is deleted, too', async () => {
    const efs = 'arn:aws:backup:us-east-1:111122223333:backup-vault:aws/efs/automatic-backup-vault';
    const deployment = new Deployment();
    const created = await deployment.deploy(stack => {
      const recoveryPointArn = 'arn:aws:backup:us-east-1:111122223333:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45';
      const efsVault = vault(stack, efs);
      copyWith({ recoveryPointArn, sourceBackupVault: efsVault, destinationBackupVault: efsVault, removalPolicy: DESTROY })(stack);
    });
    expect(created.copyJobs).toMatchObject([{ state: 'COMPLETED', input: { SourceBackupVaultName: 'aws/efs/automatic-backup-vault' } }]);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copies(deleted)).toEqual([]);
  });

  it('copies three recovery points by three jobs at once', async () => {
    const { status, copyJobs, simulatedSeconds } = await new Deployment().deploy(stack => {
      for (const n of [1, 2, 3]) copyJob(stack, { recoveryPointArn: `arn:aws:ec2:us-east-1::snapshot/snap-${n}` }, `Copy${n}`);
    });
    expect(status).toBe('CREATE_COMPLETE');
    expect(copyJobs.map(({ input }) => input.RecoveryPointArn).sort()).toEqual([1, 2, 3].map(n => `arn:aws:ec2:us-east-1::snapshot/snap-${n}`));
    expect(simulatedSeconds).toBeLessThan(2 * 600);
  });

  it('copies what another job copied, from the Region where that is', async () => {
    const { status, outputs, copyJobs } = await new Deployment().deploy(stack => {
      const ireland = BackupVault.fromBackupVaultArn(stack, 'Ireland', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr');
      const first = copyJob(stack, { destinationBackupVault: ireland });
      const second = copyJob(stack, {
        recoveryPointArn: first.destinationRecoveryPointArn,
        sourceBackupVault: ireland,
        destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Frankfurt', 'arn:aws:backup:eu-central-1:111122223333:backup-vault:dr'),
      }, 'Second');
      new CfnOutput(stack, 'InIreland', { value: first.destinationRecoveryPointArn });
      new CfnOutput(stack, 'InFrankfurt', { value: second.destinationRecoveryPointArn });
    });
    expect(status).toBe('CREATE_COMPLETE');
    expect(copyJobs.map(job => [job.region, job.input.RecoveryPointArn, job.destinationRecoveryPointArn])).toEqual([
      ['us-east-1', SNAPSHOT, outputs.InIreland],
      ['eu-west-1', outputs.InIreland, outputs.InFrankfurt],
    ]);
    expect(outputs.InFrankfurt).toMatch(/^arn:aws:ec2:eu-central-1::snapshot/);
  });

  it('does the same in the same order for the same seed', async () => {
    const [first, second] = [await new Deployment().deploy(copiedTo, named('throttled')), await new Deployment().deploy(copiedTo, named('throttled'))];
    expect(second.events).toEqual(first.events);
    expect(second.calls).toEqual(first.calls);
  });
});

describe('a copy that fails', () => {
  it.each([
    ['failed', /^Received response status \[FAILED\] from custom resource\. Message returned: Copy job \S+ ended FAILED \(AccessDenied\): Access Denied trying/],
    ['partial', /Copy job \S+ ended PARTIAL .*child jobs by state: \{.*"FAILED":1/],
  ])('rolls back with the words of AWS Backup and the job id: %s', async (name, words) => {
    const ended = await new Deployment().deploy(copiedTo, named(name));
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(ended)).toMatch(words);
    expect(failureReason(ended)).toContain(ended.copyJobs[0].copyJobId);
    expect(failureReason(ended)).not.toMatch(/\n\s+at |\.js:\d/);
    expect(ended.copyJobs).toHaveLength(1);
  });

  it('is told as such when it never was started', async () => {
    const ended = await new Deployment().deploy(copiedTo, { missingRecoveryPoints: [SNAPSHOT] });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(ended)).toMatch(/AWS Backup did not start the copy: ResourceNotFoundException/);
    expect(ended.copyJobs).toEqual([]);
  });

  it('waits two minutes for a role that cannot be assumed, then says so', async () => {
    const ended = await new Deployment().deploy(copiedTo, { faults: [{ operation: 'StartCopyJob', kind: 'roleNotAssumable' }] });
    const [start, end] = ['CREATE_IN_PROGRESS', 'CREATE_FAILED'].map(status =>
      Date.parse(ended.events.find(event => event.type === JOB_TYPE && event.status === status)!.timestamp));
    expect(failureReason(ended)).toMatch(/cannot be assumed by AWS Backup.*trust policy/);
    expect((end - start) / 1_000).toBeGreaterThan(80);
    expect((end - start) / 1_000).toBeLessThan(180);
  });

  it('leaves a job that takes too long running, says so, and finds it again at the next deployment', async () => {
    const deployment = new Deployment();
    // The failed deployment's role is another one than the next's, and AWS Backup does not mind.
    const long = { copyJobs: [{ runningSeconds: 90 * 60 }], idempotency: { otherParameters: 'returnFirst' } };
    const first = await deployment.deploy(copiedTo, long);
    expect(first.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(first)).toMatch(/is still RUNNING, 55 minutes after it was created, and the timeout of 55 minutes is over\. The job goes on: deploy again/);

    const second = await deployment.deploy(copiedTo, long);
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.copyJobs).toHaveLength(1);
    expect(second.outputs.CopiedTo).toBe(second.copyJobs[0].destinationRecoveryPointArn);
  });
});

describe('an answer of AWS Backup that no one expects', () => {
  it.each([
    ['a status message of 10 kB', { StatusMessage: '"é\n'.repeat(3_000) }, 'CREATE_COMPLETE'],
    ['a name of 10 kB', { ResourceName: 'n'.repeat(10_000) }, 'CREATE_COMPLETE'],
    ['a field of a later version', { TomorrowsField: { deep: [1] } }, 'CREATE_COMPLETE'],
    ['no field but state and ARN', Object.fromEntries(DISPENSABLE.map(field => [field, null])), 'CREATE_COMPLETE'],
    ['a state that is not known', { State: 'HIBERNATING' }, 'ROLLBACK_COMPLETE'],
    ['a complete copy without an ARN', { DestinationRecoveryPointArn: null }, 'ROLLBACK_COMPLETE'],
  ])('gets CloudFormation its answer: %s', async (_, response, status) => {
    const ended = await new Deployment().deploy(copiedTo, { copyJobs: [{ runningSeconds: 60, response }] });
    expect(ended.status).toBe(status);
    if (status === 'ROLLBACK_COMPLETE') expect(failureReason(ended)).toMatch(/Copy job \S+ is still \S+, 55 minutes after it was created/);
  });
});

describe('faults on the way', () => {
  it('end no copy when looking at it is denied for a moment, long after it began', async () => {
    const ended = await new Deployment().deploy(copiedTo, {
      copyJobs: [{ runningSeconds: 20 * 60 }], faults: [{ operation: 'DescribeCopyJob', kind: 'accessDenied', skip: 20, times: 2 }],
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.calls.backup.DescribeCopyJob.rejected).toBe(2);
  });

  it.each([
    ['StartCopyJob', 'throttling', 5], ['StartCopyJob', 'serviceUnavailable', 5], ['StartCopyJob', 'dropBeforeServing', 4],
    ['StartCopyJob', 'dropAfterServing', 4], ['StartCopyJob', 'malformedJson', 3], ['StartCopyJob', 'limitExceeded', 20],
    ['StartCopyJob', 'accessDenied', 4],
    ['DescribeCopyJob', 'throttling', 9], ['DescribeCopyJob', 'serviceUnavailable', 9], ['DescribeCopyJob', 'dropBeforeServing', 5],
    ['DescribeCopyJob', 'dropAfterServing', 5], ['DescribeCopyJob', 'malformedJson', 5], ['DescribeCopyJob', 'accessDenied', 3],
    ['DescribeCopyJob', 'notFound', 3],
  ])('%s is hit by %s %d times, and one copy is made', async (operation, kind, times) => {
    const { status, copyJobs, outputs } = await new Deployment().deploy(copiedTo, { faults: [{ operation, kind, times }] });
    expect(status).toBe('CREATE_COMPLETE');
    expect(copyJobs).toHaveLength(1);
    expect(outputs.CopiedTo).toBe(copyJobs[0].destinationRecoveryPointArn);
  });
});

describe('a deployed copy', () => {
  it('is neither copied nor deleted by an update of anything else', async () => {
    const deployment = new Deployment();
    const created = await deployment.deploy(copiedTo);
    const updated = await deployment.deploy(stack => {
      new CfnOutput(stack, 'CopiedTo', { value: copyJob(stack, { optInToArchiveForSupportedResources: false }).destinationRecoveryPointArn });
    });
    expect(updated.status).toBe('UPDATE_COMPLETE');
    expect(updated.copyJobs).toHaveLength(1);
    expect(updated.outputs).toEqual(created.outputs);
  });

  it('stays when the stack is deleted', async () => {
    const deployment = new Deployment();
    await deployment.deploy(copiedTo);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(deleted.calls.backup?.DeleteRecoveryPoint).toBeUndefined();
  });
});
