import { failureHint } from '../../lambda/copy/failure-hint';
import { failure, outcome } from '../../lambda/copy/job-state';
import { CopyJobError } from '../../lambda/messages/copy-job-error';

describe('an error that a user reads', () => {
  it('is one line without a stack trace', () => {
    const error = new CopyJobError('first\n  second\tthird ');
    expect(error.message).toBe('first second third');
    expect(error.stack).toBe('CopyJobError: first second third');
  });

  it.each(['x', 'ü', '🗄'])('stays under a kilobyte of whole characters: %s', character => {
    const { message } = new CopyJobError(character.repeat(5_000));
    expect(Buffer.byteLength(message)).toBeLessThan(1_000);
    expect(message.replaceAll(character, '')).toBe('…');
  });

  it('has no control characters, which JSON would blow up', () => {
    expect(new CopyJobError('a\u0000\u001bb').message).toBe('a b');
  });
});

describe('the failure of a copy job', () => {
  it('names job, state, category, the words of AWS Backup and the cure', () => {
    expect(failure('job-1', { State: 'FAILED', StatusMessage: 'Access Denied trying to call AWS Backup service', MessageCategory: 'AccessDenied' }).message).toBe(
      'Copy job job-1 ended FAILED (AccessDenied): Access Denied trying to call AWS Backup service. '
      + 'Check the copy role\'s permissions, the access policies of both vaults and the policies of both KMS keys.');
  });

  it('counts the child jobs of a composite job', () => {
    expect(failure('job-1', { State: 'PARTIAL', NumberOfChildJobs: 3, ChildJobsInState: { COMPLETED: 2, FAILED: 1 } }).message).toBe(
      'Copy job job-1 ended PARTIAL: AWS Backup gives no reason. Its 3 child jobs by state: {"COMPLETED":2,"FAILED":1}. '
      + 'Look the job up in AWS Backup, mend the cause, and deploy again.');
  });

  it('keeps the cure, however much AWS Backup says', () => {
    const { message } = failure('job-1', { State: 'FAILED', StatusMessage: `Access Denied ${'x'.repeat(10_000)}` });
    expect(message).toMatch(/Check the copy role's permissions/);
    expect(message.length).toBeLessThan(1_000);
  });

  it.each([
    ['IAM Role arn:aws:iam::1:role/r cannot be assumed by AWS Backup', /trust policy/],
    ['User: arn:... is not authorized to perform: iam:PassRole on resource: ...', /iam:PassRole/],
    ['Given key ID is not accessible', /key\.grantEncryptDecrypt/],
    ['Encrypted snapshots with Amazon EBS default key cannot be shared', /customer managed/],
    ['Copy job failed: destination Backup vault is encrypted with the default Backup service managed key', /customer managed/],
    ['Both source and destination account must be a member of the same organization', /organization/],
    ['The retention specified in the job is not within the range specified for the target Backup Vault', /maximum retention/],
    ['There are too many copy jobs running for resource.', /fewer run at once/],
    ['Copy job Feature is not supported for provided resource type', /resource type/],
    ['Failed to unshare snapshot', /outlives the stack/],
    ['Access Denied trying to call AWS Backup service', /access policies/],
    ['The idempotency token was already used with other parameters.', /^Nothing was copied\. Give another idempotencyToken/],
    ['User: arn:aws:sts::1:assumed-role/handler/f is not authorized to perform: backup:StartCopyJob on resource: r with an explicit deny', /^The handler's role allows it/],
    ['ResourceNotFoundException: Backup vault not found: arn:aws:backup:eu-west-1:1:backup-vault:dr', /destinationBackupVault/],
    ['ResourceNotFoundException: Cannot find recovery point.', /recoveryPointArn is right/],
    ['AWS Managed CMK can\'t be shared', /customer managed/],
    ['The source snapshot KMS key [k] does not exist, is not enabled or you do not have permissions to access it', /which must be enabled/],
    ['The target snapshot KMS key does not exist, is not enabled or no permission', /which must be enabled/],
    ['The snapshot requires a target option group with the following options: TDE', /option group/],
    ['The tag policy does not allow the specified value', /tag policy/],
    ['something else', /^otherwise$/],
  ])('has a cure for: %s', (said, cure) => {
    expect(failureHint(said, 'otherwise')).toMatch(cure);
  });
});

describe('the state of a copy job', () => {
  it.each([
    ['CREATED', 'pending'], ['RUNNING', 'pending'], ['COMPLETING', 'pending'], ['A_STATE_OF_TOMORROW', 'pending'], [undefined, 'pending'],
    ['FAILED', 'failed'], ['PARTIAL', 'failed'], ['ABORTED', 'failed'], ['COMPLETED', 'completed'],
  ])('%s means %s', (state, meaning) => {
    expect(outcome({ State: state as 'CREATED', DestinationRecoveryPointArn: 'arn' })).toBe(meaning);
  });

  it('is pending while a completed job names no recovery point', () => {
    expect(outcome({ State: 'COMPLETED' })).toBe('pending');
  });
});
