import { CopyJob } from '@aws-sdk/client-backup';
import { describeCopyJob, describeRecoveryPoint, parseVaultArn, startCopyJob } from './aws-backup';
import { errorKind, errorText } from './aws-error';
import { CopyJobError, sentence } from './copy-job-error';
import { failureHint } from './failure-hint';
import { idempotencyToken } from './idempotency-token';
import { failure, outcome } from './job-state';
import { isSameLifecycle } from './lifecycle';
import { PATIENCE, patiently } from './patience';
import { contentHash, newestEntry } from './physical-id';
import { CLOCK_TOLERANCE, CopyRequest } from './request';
import { Runtime } from './runtime';
import { stackOperation } from './stack';

/** The job that makes the requested copy. */
export interface StartedJob {
  readonly copyJobId: string;
  /** Milliseconds since the epoch; unknown of a job that is followed. */
  readonly creationTime?: number;
  /** Whether this very request started it. */
  readonly own: boolean;
}

/** Every deployment that finds its copy failed or gone goes on to the next generation; more than this many is a fault of ours. */
const MOST_GENERATIONS = 100;

/**
 * AWS does not document how it refuses a token that it knows with other parameters. In other words than these the deployment fails with
 * AWS's own message, and an `idempotencyToken` is the way on. What AWS quotes, an ARN or a name, is not what it says.
 */
const TOKEN_REFUSED = /(?<![\w/:.-])idempotency ?token(?![\w/-])/i;

/** Starts the copy, or follows the job that the legs before have started. */
export async function begin(runtime: Runtime, request: CopyRequest): Promise<StartedJob> {
  return request.properties.Follow ? followJob(request) : startCopy(runtime, request);
}

/** The job that the leg before has started or followed. */
function followJob({ properties }: CopyRequest): StartedJob {
  const leg = newestEntry(properties.Follow!);
  if (leg?.contentHash !== contentHash(properties)) {
    throw new CopyJobError(`The leg before, '${properties.Follow}', is after another copy. Nothing was copied.`);
  }
  return { copyJobId: leg.copyJobId, own: false };
}

/** Starts the copy, or takes over the job or copy that an earlier request with the same token made. */
async function startCopy(runtime: Runtime, request: CopyRequest): Promise<StartedJob> {
  const { IdempotencyToken, RemovalPolicy, DestinationBackupVaultArn: vaultArn } = request.properties;
  const { account } = parseVaultArn(vaultArn);
  if (RemovalPolicy === 'destroy' && account !== request.stack.account) {
    throw new CopyJobError(`The removalPolicy is DESTROY, but a copy in the account ${account} can only be deleted there. Nothing was copied. Use RETAIN.`);
  }
  // A second delivery may come when the stack has long gone on, and AWS Backup has forgotten the first.
  const late = runtime.now() > request.time + CLOCK_TOLERANCE;
  if (runtime.now() > request.deadline || (late && await stackOperation(runtime, request) !== 'forward')) {
    throw new CopyJobError('The request came after its time was over, so nobody would own the copy. Nothing was copied.');
  }
  const usersToken = IdempotencyToken !== undefined;
  for (let generation = 0; generation < MOST_GENERATIONS; generation++) {
    const started = await start(runtime, request, idempotencyToken(request, generation));
    if (!started) continue;
    const young = started.creationTime >= request.time - CLOCK_TOLERANCE;
    const own = young && !usersToken;
    const refusal = own ? undefined : await whyNotAdopt(runtime, request, started.copyJobId, young);
    if (!refusal) {
      runtime.log(own ? 'started' : 'adopted', { ...started, generation });
      return { ...started, own };
    }
    if (usersToken) throw new CopyJobError(`The idempotencyToken names copy job ${started.copyJobId}, ${refusal} Give another idempotencyToken, or none.`);
    runtime.log('not-adopted', { copyJobId: started.copyJobId, because: refusal, generation });
  }
  throw new CopyJobError(`${MOST_GENERATIONS} earlier copy jobs of this construct failed or lost their copy. Give it an idempotencyToken.`);
}

/** Undefined when AWS Backup will not take the derived token again, because something that is no part of the content differs. */
async function start(runtime: Runtime, request: CopyRequest, token: string): Promise<{ copyJobId: string; creationTime: number } | undefined> {
  try {
    const { CopyJobId: copyJobId, CreationDate: creationDate } = await patiently(runtime, request, 'start-copy-job', () =>
      startCopyJob(runtime, request, token));
    if (!copyJobId) throw new CopyJobError('AWS Backup accepted the copy without naming a copy job. Look for it in AWS Backup.');
    return { copyJobId, creationTime: creationDate?.getTime() ?? request.time };
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    if (TOKEN_REFUSED.test(said) && request.properties.IdempotencyToken === undefined && errorKind(error) === 'final') {
      runtime.log('token-refused', { error: said });
      return undefined;
    }
    throw new CopyJobError(`AWS Backup did not start the copy: ${sentence(said.slice(0, 500))} ${failureHint(said)}`);
  }
}

/** Why the job that a token names cannot serve this request, or undefined when it can. A young one may not be shown at once. */
async function whyNotAdopt(runtime: Runtime, request: CopyRequest, copyJobId: string, young: boolean): Promise<string | undefined> {
  const patience = young ? { ...PATIENCE, 'not-found': PATIENCE.propagation } : PATIENCE;
  const job = await known(() => patiently(runtime, request, 'describe-copy-job', () => describeCopyJob(runtime, request, copyJobId), patience));
  if (!job) return 'which AWS Backup has forgotten.';
  const { RecoveryPointArn, DestinationBackupVaultArn } = request.properties;
  const { SourceRecoveryPointArn: source = RecoveryPointArn, DestinationBackupVaultArn: destination = DestinationBackupVaultArn } = job;
  if (source !== RecoveryPointArn || destination !== DestinationBackupVaultArn) return `which copies ${source} to ${destination}.`;
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
  const point = await known(() => patiently(runtime, request, 'describe-recovery-point', () => describeRecoveryPoint(runtime, vaultArn, arn)));
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
