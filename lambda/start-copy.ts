import { CopyJob } from '@aws-sdk/client-backup';
import { describeCopyJob, describeRecoveryPoint, parseVaultArn, startCopyJob } from './aws-backup';
import { errorKind, errorText } from './aws-error';
import { CopyJobError } from './copy-job-error';
import { failureHint } from './failure-hint';
import { idempotencyToken } from './idempotency-token';
import { failure, outcome } from './job-state';
import { isSameLifecycle } from './lifecycle';
import { patiently } from './patience';
import { CopyRequest } from './request';
import { Runtime } from './runtime';

/** The job that makes the requested copy. */
export interface StartedJob {
  readonly copyJobId: string;
  /** Milliseconds since the epoch. */
  readonly creationTime: number;
  /** Whether an earlier request started it. */
  readonly adopted: boolean;
}

/** The clocks of AWS Backup and of CloudFormation's signature may differ this much. */
const CLOCK_TOLERANCE = 60_000;

/** Every deployment that finds its copy failed or gone goes on to the next generation; more than this many is a fault of ours. */
const MOST_GENERATIONS = 100;

/** Starts the copy, or takes over the job or copy that an earlier request with the same token made. */
export async function startCopy(runtime: Runtime, request: CopyRequest): Promise<StartedJob> {
  const ownToken = request.properties.IdempotencyToken !== undefined;
  for (let generation = 0; generation < MOST_GENERATIONS; generation++) {
    const started = await start(runtime, request, idempotencyToken(request, generation));
    if (!started) continue;
    if (!ownToken && started.creationTime >= request.time - CLOCK_TOLERANCE) {
      runtime.log('started', { ...started });
      return started;
    }
    const refusal = await whyNotAdopt(runtime, request, started.copyJobId);
    if (!refusal) {
      const adopted = { ...started, adopted: true };
      runtime.log('adopted', { ...adopted });
      return adopted;
    }
    if (ownToken) throw new CopyJobError(`The idempotencyToken names copy job ${started.copyJobId}, ${refusal} Give another idempotencyToken, or none.`);
    runtime.log('not-adopted', { copyJobId: started.copyJobId, because: refusal, generation });
  }
  throw new CopyJobError(`${MOST_GENERATIONS} earlier copy jobs of this construct failed or lost their copy. Give it an idempotencyToken.`);
}

/** Undefined when AWS Backup will not take the derived token again, because something that is no part of the content differs. */
async function start(runtime: Runtime, request: CopyRequest, token: string): Promise<StartedJob | undefined> {
  try {
    const { CopyJobId: copyJobId, CreationDate: creationDate } = await patiently(runtime, request.deadline, 'start-copy-job', () =>
      startCopyJob(runtime, request, token));
    if (!copyJobId) throw new CopyJobError('AWS Backup accepted the copy without naming a copy job. Look for it in AWS Backup.');
    return { copyJobId, creationTime: creationDate?.getTime() ?? runtime.now(), adopted: false };
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    if (/token/i.test(said) && request.properties.IdempotencyToken === undefined && errorKind(error) === 'final') {
      runtime.log('token-refused', { error: said });
      return undefined;
    }
    throw new CopyJobError(`AWS Backup did not start the copy: ${said.slice(0, 500)} ${failureHint(said)}`);
  }
}

/** Why the job that a token names cannot serve this request, or undefined when it can. */
async function whyNotAdopt(runtime: Runtime, request: CopyRequest, copyJobId: string): Promise<string | undefined> {
  const job = await known(() => patiently(runtime, request.deadline, 'describe-copy-job', () => describeCopyJob(runtime, request, copyJobId)));
  if (!job) return 'which AWS Backup has forgotten.';
  const { properties } = request;
  if (job.SourceRecoveryPointArn !== properties.RecoveryPointArn || job.DestinationBackupVaultArn !== properties.DestinationBackupVaultArn) {
    return `which copies ${job.SourceRecoveryPointArn} to ${job.DestinationBackupVaultArn}.`;
  }
  switch (outcome(job)) {
    case 'pending': return undefined;
    case 'failed': return `which failed: ${failure(copyJobId, job).message}`;
    case 'completed': return whyNotAdoptCopy(runtime, request, job);
  }
}

async function whyNotAdoptCopy(runtime: Runtime, request: CopyRequest, job: CopyJob): Promise<string | undefined> {
  const arn = job.DestinationRecoveryPointArn!;
  const { DestinationBackupVaultArn: vaultArn, Lifecycle: lifecycle } = request.properties;
  if (parseVaultArn(vaultArn).account !== request.stack.account) {
    // No action reaches into another account, so the lifecycle that it was made with is the one that it has.
    const same = !lifecycle || isSameLifecycle(job.DestinationRecoveryPointLifecycle, lifecycle);
    return same ? undefined : `whose copy ${arn} is in another account and has another lifecycle.`;
  }
  const point = await known(() => patiently(runtime, request.deadline, 'describe-recovery-point', () => describeRecoveryPoint(runtime, vaultArn, arn)));
  return point?.Status === 'COMPLETED' || point?.Status === 'AVAILABLE' ? undefined : `whose copy ${arn} is gone.`;
}

/** The answer, or undefined when AWS says that there is no such thing. */
async function known<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (errorKind(error) === 'not-found') return undefined;
    throw new CopyJobError(`AWS Backup did not answer: ${errorText(error)}`);
  }
}
