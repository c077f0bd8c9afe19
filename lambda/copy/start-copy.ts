import { CopyJob } from '@aws-sdk/client-backup';
import { failureHint } from './failure-hint';
import { claimHash, idempotencyToken } from './idempotency-token';
import { failure, outcome } from './job-state';
import { isEndless, isShorter, wouldLiveShorter } from './lifecycle';
import { existingPoint, isElsewhere, isOutOfReach, outOfReach } from './recovery-point';
import { CopyJobProperties, LifecycleProperties } from '../../src/contract';
import { describeCopyJob, startCopyJob } from '../aws/aws-backup';
import { errorKind, errorText } from '../aws/aws-error';
import { findPatiently, PATIENCE, patiently } from '../aws/patience';
import { Runtime } from '../aws/runtime';
import { isSinceBegan, stackOperation } from '../aws/stack';
import { CopyJobError, sentence } from '../messages/copy-job-error';
import { contentHash, legEntry } from '../messages/physical-id';
import { CLOCK_TOLERANCE, CopyRequest } from '../messages/request';

/** The job that makes the requested copy. */
export interface StartedJob {
  readonly copyJobId: string;
  /** Milliseconds since the epoch. */
  readonly creationTime?: number;
  /** Whether this very request, or a leg before it, started it. */
  readonly own: boolean;
  /** Whether the legs before hand on what had ended when this deployment began: its copy may have another life by now. */
  readonly handedOn?: boolean;
  /** Whether a leg started it that asked for something else than the request: an escape hatch was given to one of them only. */
  readonly otherClaim?: boolean;
}

/** A job that is this much older than its request was started by another one: CloudFormation's clock and AWS Backup's differ by less. */
const YOUNGEST_OLD_JOB = 5_000;

/** AWS Backup may not show at once what is younger than this, a job or a copy. */
const NEW = 5 * 60_000;

/** The recovery point may be a copy that was completed moments ago, and not be shown everywhere yet. */
const START_PATIENCE = { ...PATIENCE, 'not-found': PATIENCE.propagation };

/** Every deployment that finds its copy failed or gone goes on to the next generation; more than this many is a fault of ours. */
const MOST_GENERATIONS = 100;

/**
 * AWS does not document how it refuses a token that it knows with other parameters; in other words than these the deployment fails with
 * AWS's own message alone. What AWS quotes, an ARN or a name, is not what it says.
 */
const TOKEN_REFUSED = /(?<![\w/:.-])idempotency ?token(?![\w/-])/i;

/** Follows the job that the legs before have started, or starts the copy. */
export async function begin(runtime: Runtime, request: CopyRequest): Promise<StartedJob> {
  return await followedJob(runtime, request) ?? startCopy(runtime, request);
}

/** The job that the leg before has started or followed, unless its copy can never serve; then its token tells more. */
async function followedJob(runtime: Runtime, request: CopyRequest): Promise<StartedJob | undefined> {
  const { Follow, IdempotencyToken } = request.properties;
  const leg = Follow === undefined ? undefined : legEntry(Follow);
  if (leg?.contentHash !== contentHash(request.properties)) return undefined;
  const { copyJobId, own } = leg;
  const job = await rememberedJob(runtime, request, copyJobId, PATIENCE.propagation);
  // AWS Backup may not tell when a job failed.
  const end = job?.CompletionDate ?? (job && outcome(job) === 'failed' ? job.CreationDate : undefined);
  const ended = end?.getTime() ?? Infinity;
  // How a job of this deployment ended is told by the next poll.
  const endedBefore = ended < request.time && !await isSinceBegan(runtime, request, ended);
  // What a token of the user's own names is not made again for its life: AWS Backup may have forgotten the token.
  const whyNot = IdempotencyToken === undefined ? whyNotLive : undefined;
  const refusal = !job ? FORGOTTEN : endedBefore ? await whyNotAdopt(runtime, request, job, whyNot) : undefined;
  runtime.log(refusal ? 'not-followed' : 'followed', { copyJobId, because: refusal });
  if (refusal) return undefined;
  const creationTime = job?.CreationDate?.getTime();
  return { copyJobId, creationTime, own: own && !endedBefore, handedOn: endedBefore, otherClaim: leg.claim !== claimHash(request) };
}

/** Starts the copy, or takes over the job or copy that an earlier request with the same token made. */
async function startCopy(runtime: Runtime, request: CopyRequest): Promise<StartedJob> {
  if (isOutOfReach(request)) throw outOfReach(request, 'Nothing was copied. Use RETAIN.');
  const usersToken = request.properties.IdempotencyToken !== undefined;
  for (let generation = 0; generation < MOST_GENERATIONS; generation++) {
    const started = await start(runtime, request, idempotencyToken(request, generation));
    const own = started.creationTime >= request.time - YOUNGEST_OLD_JOB;
    const refusal = own && !usersToken ? undefined : await whyNotTake(runtime, request, started, own);
    if (!refusal) {
      runtime.log(own ? 'started' : 'adopted', { ...started, generation, logicalId: request.logicalId, requestId: request.id });
      return { ...started, own };
    }
    if (usersToken) throw new CopyJobError(`The idempotencyToken names copy job ${started.copyJobId}, ${refusal} Give another idempotencyToken, or none.`);
    runtime.log('not-adopted', { copyJobId: started.copyJobId, because: refusal, generation });
  }
  throw new CopyJobError(`${MOST_GENERATIONS} earlier copy jobs of this construct failed or lost their copy. Give it an idempotencyToken.`);
}

/** All that is not part of the derived token is the role. To go on under another token would copy twice. */
const OTHER_PARAMETERS = ({ RemovalPolicy: policy }: CopyJobProperties) => 'AWS Backup knows an earlier attempt at this copy that had another copy role, and does not take it up with this one. Nothing was copied. '
  + 'The default role of a stack that is created anew, or whose first job was rolled back, is a new one, and so is that of another stack. To take over what was copied then, give the job the role of that '
  + `attempt (role), which AWS Backup shows with the copy job; to copy anew, give it ${policy === 'destroy' ? '' : 'an idempotencyToken, to be kept from then on, or '}another construct id.`;

async function start(runtime: Runtime, request: CopyRequest, token: string): Promise<{ copyJobId: string; creationTime: number }> {
  try {
    const { CopyJobId: copyJobId, CreationDate: creationDate } = await patiently(runtime, request, 'start-copy-job', async () => {
      await insistOnOwner(runtime, request);
      return startCopyJob(runtime, request, token);
    }, START_PATIENCE);
    if (!copyJobId) throw new CopyJobError('AWS Backup accepted the copy without naming a copy job. Look for it in AWS Backup.');
    return { copyJobId, creationTime: creationDate?.getTime() ?? request.time };
  } catch (error) {
    if (error instanceof CopyJobError) throw error;
    const said = errorText(error);
    if (TOKEN_REFUSED.test(said) && request.properties.IdempotencyToken === undefined && errorKind(error) === 'final') {
      runtime.log('token-refused', { error: said });
      throw new CopyJobError(OTHER_PARAMETERS(request.properties));
    }
    // What nobody heard the answer to may have been done.
    const otherwise = errorKind(error) === 'transient'
      ? 'Deploy again: should AWS Backup have started it all the same, that job is taken over.'
      : 'Nothing was copied. Mend the cause, and deploy again.';
    throw new CopyJobError(`AWS Backup did not start the copy: ${sentence(said.slice(0, 500))} ${failureHint(said, otherwise)}`);
  }
}

/** A second delivery may come, or an attempt be worth another one, when the stack has long gone on. */
async function insistOnOwner(runtime: Runtime, request: CopyRequest): Promise<void> {
  const late = runtime.now() > request.time + CLOCK_TOLERANCE;
  if (runtime.now() > request.deadline || (late && await stackOperation(runtime, request) !== 'forward')) {
    throw new CopyJobError('The time of the request is over, so nobody would own the copy. Nothing was copied.');
  }
}

const FORGOTTEN = 'which AWS Backup has forgotten.';

/** Why the job that a token names cannot serve this request, or undefined when it can. */
async function whyNotTake(
  runtime: Runtime, request: CopyRequest, { copyJobId, creationTime }: { copyJobId: string; creationTime: number }, own: boolean,
): Promise<string | undefined> {
  const job = await rememberedJob(runtime, request, copyJobId, patienceFor(runtime, creationTime));
  return job ? whyNotAdopt(runtime, request, job, own ? undefined : whyNotLive) : FORGOTTEN;
}

/** How long to look for what was made then. */
function patienceFor(runtime: Runtime, time: number): number {
  return runtime.now() - time < NEW ? PATIENCE.propagation : 0;
}

async function rememberedJob(runtime: Runtime, request: CopyRequest, copyJobId: string, notFound: number): Promise<CopyJob | undefined> {
  return findPatiently(runtime, request, 'describe-copy-job', () => describeCopyJob(runtime, request, copyJobId), { ...PATIENCE, 'not-found': notFound });
}

/** Why the job does not make the copy that is asked for, or undefined when it does. What is wrong with a copy's life is for `whyNot` to say. */
async function whyNotAdopt(
  runtime: Runtime, request: CopyRequest, job: CopyJob,
  whyNot: (request: CopyRequest, job: CopyJob, has?: LifecycleProperties) => string | undefined = () => undefined,
): Promise<string | undefined> {
  const { RecoveryPointArn, DestinationBackupVaultArn } = request.properties;
  const { SourceRecoveryPointArn: source = RecoveryPointArn, DestinationBackupVaultArn: destination = DestinationBackupVaultArn } = job;
  if (source !== RecoveryPointArn || destination !== DestinationBackupVaultArn) return `which copies ${source} to ${destination}.`;
  switch (outcome(job)) {
    case 'pending': return undefined;
    case 'failed': return `which failed: ${failure(job.CopyJobId!, job).message}`;
    case 'completed': {
      if (isElsewhere(request)) return undefined;
      const point = await existingPoint(runtime, request, job.DestinationRecoveryPointArn!, patienceFor(runtime, job.CompletionDate?.getTime() ?? 0));
      return point ? whyNot(request, job, point.Lifecycle) : `whose copy ${job.DestinationRecoveryPointArn} is gone.`;
    }
  }
}

/** Why a copy with that lifecycle does not live as it should. A job of a derived token was asked for the same as this request. */
function whyNotLive({ properties }: CopyRequest, job: CopyJob, has?: LifecycleProperties): string | undefined {
  const { DestinationRecoveryPointArn: arn, DestinationRecoveryPointLifecycle: told } = job;
  const { IdempotencyToken, Lifecycle: wanted } = properties;
  if (IdempotencyToken !== undefined) return isShorter(wanted, has) ? wouldLiveShorter(arn!, wanted!, has) : undefined;
  // What is asked for without an end is lengthened when it is complete: AWS Backup may have given it its source's.
  if (isEndless(wanted)) return undefined;
  const made = wanted ?? told;
  return made && isShorter(has, made) ? `whose copy ${arn} was given a shorter life than it was made for.` : undefined;
}
