import { Duration } from 'aws-cdk-lib';
import { Deployment, failureReason } from './deployment';
import { A, copyWith, DESTROY, HOUR, longestOperationSeconds, MINUTE } from './stories';
import { Ended } from '../../simulator/simulation';

/** What a user reads: one message, without a stack trace, short enough for every console. */
function message(ended: Ended): string {
  const [, told] = /^Received response status \[FAILED\] from custom resource\. Message returned: (.*?)\n\nLogs: \S+\n/s.exec(failureReason(ended)) ?? [];
  expect(told).toBeDefined();
  expect(told).not.toMatch(/\n|\s+at .*:\d+|\.js\b/);
  expect(Buffer.byteLength(told)).toBeLessThan(1_024);
  return told;
}

async function failing(scenario: Record<string, unknown>, props = {}): Promise<{ ended: Ended; told: string }> {
  const ended = await new Deployment().deploy(copyWith(props), scenario);
  expect(ended.status).toBe('ROLLBACK_COMPLETE');
  return { ended, told: message(ended) };
}

describe('a copy that fails', () => {
  it.each(['FAILED', 'ABORTED', 'PARTIAL'])('is told by its state, the words of AWS Backup, their category and the job id: %s', async endState => {
    const { ended, told } = await failing({ copyJobs: [{ endState, statusMessage: 'Something happened', messageCategory: 'ServiceError' }] });
    const [{ copyJobId }] = ended.copyJobs;
    expect(told).toMatch(new RegExp(`^Copy job ${copyJobId} ended ${endState} \\(ServiceError\\): Something happened\\.`));
  });

  it('that is partial is told with the figures of its children', async () => {
    const { told } = await failing({ copyJobs: [{ endState: 'PARTIAL', childJobs: { COMPLETED: 3, FAILED: 2 } }] });
    expect(told).toMatch(/5 child jobs/);
    expect(told).toContain('{"COMPLETED":3,"FAILED":2}');
  });

  it('without a reason is told all the same', async () => {
    const { ended, told } = await failing({ copyJobs: [{ endState: 'FAILED', response: { StatusMessage: null, MessageCategory: null } }] });
    expect(told).toContain(ended.copyJobs[0].copyJobId);
    expect(told).toMatch(/no reason/);
  });

  it('with a reason of 10 kB is told in less than one', async () => {
    const { ended, told } = await failing({ copyJobs: [{ endState: 'FAILED', statusMessage: `Access Denied ${'"é\n'.repeat(3_000)}` }] });
    expect(told).toContain(ended.copyJobs[0].copyJobId);
    expect(told).toContain('Access Denied');
  });

  it.each([
    ['Given key ID is not accessible', /grantEncryptDecrypt/],
    ['Encrypted snapshots with Amazon EBS default key cannot be shared', /customer managed/],
    ['The destination Backup vault is encrypted with the default Backup service managed key', /customer managed/],
    ['Access Denied trying to call AWS Backup service', /copy role/],
    ['Both source and destination account must be a member of the same organization', /organization/],
    ['The retention specified in the job is not within the range specified for the target Backup Vault', /deleteAfter/],
    ['There are too many copy jobs running for resource.', /deploy again/],
    ['Feature is not supported for provided resource type', /feature availability/],
    ['Failed to unshare snapshot', /role/],
  ])('is told with the usual cure: %s', async (statusMessage, cure) => {
    const { told } = await failing({ copyJobs: [{ endState: 'FAILED', statusMessage }] });
    expect(told).toContain(statusMessage);
    expect(told.slice(told.indexOf(statusMessage) + statusMessage.length)).toMatch(cure);
  });

  it('is told with the log group that there is', async () => {
    const { ended, told } = await failing({ copyJobs: [{ endState: 'FAILED', statusMessage: 'Something happened' }] });
    const { physicalId } = ended.events.find(({ type, status }) => type === 'AWS::Logs::LogGroup' && status === 'CREATE_COMPLETE')!;
    expect(told).toMatch(new RegExp(`Log group: ${physicalId}\\.$`));
  });
});

describe('a copy that is not started', () => {
  it('is told with the role and its cure: not assumable', async () => {
    const { ended, told } = await failing({ faults: [{ operation: 'StartCopyJob', kind: 'roleNotAssumable' }] });
    expect(told).toMatch(/arn:aws:iam::111122223333:role\/backup cannot be assumed by AWS Backup.*trust policy/);
    expect(ended.copyJobs).toEqual([]);
  });

  it('is told with what is denied: access denied', async () => {
    const { ended, told } = await failing({ faults: [{ operation: 'StartCopyJob', kind: 'accessDenied' }] });
    expect(told).toMatch(/AccessDeniedException.*not authorized to perform: backup:StartCopyJob/);
    expect(ended.copyJobs).toEqual([]);
    expect(longestOperationSeconds(ended)).toBeLessThan(5 * MINUTE);
  });

  it('is told with what to do: no room for a quarter of an hour', async () => {
    const { ended, told } = await failing({ faults: [{ operation: 'StartCopyJob', kind: 'limitExceeded' }] });
    expect(told).toMatch(/LimitExceededException.*too many copy jobs.*deploy again/i);
    expect(ended.copyJobs).toEqual([]);
    expect(longestOperationSeconds(ended)).toBeLessThan(15 * MINUTE);
  });

  it('is told to be started perhaps, when nobody heard', async () => {
    const { ended, told } = await failing({ faults: [{ operation: 'StartCopyJob', kind: 'dropAfterServing' }] });
    expect(told).toMatch(/did not start the copy: .*Deploy again: should AWS Backup have started it all the same, that job is taken over\./);
    expect(told).not.toMatch(/Nothing was copied/);
    expect(ended.copyJobs).toHaveLength(1);
  });

  it('is told with the recovery point: not found', async () => {
    const { ended, told } = await failing({ missingRecoveryPoints: [A] });
    expect(told).toMatch(/ResourceNotFoundException/);
    expect(told).toContain(A);
    expect(ended.copyJobs).toEqual([]);
  });
});

describe('a copy that is not seen to its end', () => {
  it.each([undefined, DESTROY])('is told with its age, and how to wait longer: %s', async removalPolicy => {
    const { ended, told } = await failing({ copyJobs: [{ runningSeconds: 3 * HOUR }] }, { removalPolicy });
    const [{ copyJobId }] = ended.copyJobs;
    expect(told).toMatch(new RegExp(`^Copy job ${copyJobId} is still RUNNING, 55 minutes after it was created`));
    expect(told).toMatch(/goes on/);
    expect(told).toMatch(/deploy again/);
    expect(told).toMatch(/timeout/);
  });

  it('in CREATED is told as such', async () => {
    const { told } = await failing({ copyJobs: [{ createdSeconds: 2 * HOUR }] });
    expect(told).toMatch(/is still CREATED/);
  });

  it.each(['accessDenied', 'notFound'])('is told with the job id: %s for good', async kind => {
    const { ended, told } = await failing({ faults: [{ operation: 'DescribeCopyJob', kind }] });
    expect(told).toContain(ended.copyJobs[0].copyJobId);
    expect(told).toMatch(/may go on|goes on/);
    expect(longestOperationSeconds(ended)).toBeLessThan(10 * MINUTE);
  });

  it.each(['throttling', 'serviceUnavailable', 'dropBeforeServing', 'malformedJson'])('is told with the job id and the last error: %s for good', async kind => {
    const { ended, told } = await failing({ faults: [{ operation: 'DescribeCopyJob', kind }] });
    expect(told).toContain(ended.copyJobs[0].copyJobId);
    expect(told).toMatch(/last look failed/);
    expect(longestOperationSeconds(ended)).toBeLessThan(HOUR);
  });

  it('is followed through states that go back, are unknown, or are complete without an ARN for a while', async () => {
    const ended = await new Deployment().deploy(copyWith(), {
      copyJobs: [{
        stages: [
          { seconds: 120, state: 'RUNNING' },
          { seconds: 120, state: 'CREATED' },
          { seconds: 120, state: 'HIBERNATING' },
          { seconds: 120, state: 'COMPLETED', response: { DestinationRecoveryPointArn: null } },
        ],
      }],
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(ended.copyJobs).toHaveLength(1);
    expect(ended.outputs.CopyArn).toBe(ended.copyJobs[0].destinationRecoveryPointArn);
  });

  it('is told with the longer timeout that it was given', async () => {
    const { told } = await failing({ copyJobs: [{ runningSeconds: 5 * HOUR }] }, { timeout: Duration.hours(2) });
    expect(told).toMatch(/120 minutes|2 hours/);
  });
});
