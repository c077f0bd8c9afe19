import {
  CopyJobRule, CopyJobStage, DeliveryRule, FailingResource, Fault, FAULT_KINDS, Lifecycle, RecoveryPointRule, RecoveryPointStage, RequestPattern,
  Scenario, StackRules, VaultRule,
} from './rules';
import { anything, integer, list, mapOf, number, object, oneOf, optional, Shape, ShapeError, text, truth, withDefault } from './shape';
import { OPERATIONS } from '../wire/operation';

const CENTURY_SECONDS = 100 * 365 * 86_400;
const seconds = number(0, CENTURY_SECONDS);
const count = integer(1, 1_000_000);
const days = integer(1, 36_500);
const arn = text('an ARN', /^arn:/);

const lifecycle = object<Lifecycle>({
  MoveToColdStorageAfterDays: optional(integer(-1, 36_500)),
  DeleteAfterDays: optional(integer(-1, 36_500)),
  OptInToArchiveForSupportedResources: optional(truth()),
});

const copyJobStage = object<CopyJobStage>({
  seconds,
  state: text(),
  response: optional(mapOf(anything())),
});

const copyJobFields = object<Omit<CopyJobRule, 'runningSeconds'> & { readonly runningSeconds?: number }>({
  recoveryPointArn: optional(text()),
  times: optional(count),
  createdSeconds: withDefault(seconds, 5),
  runningSeconds: optional(seconds),
  stages: optional(list(copyJobStage)),
  endState: withDefault(oneOf('COMPLETED', 'FAILED', 'PARTIAL', 'ABORTED'), 'COMPLETED'),
  statusMessage: optional(text()),
  messageCategory: optional(text()),
  response: optional(mapOf(anything())),
  recoveryPointStages: optional(list(object<RecoveryPointStage>({ seconds, status: oneOf('CREATING', 'AVAILABLE', 'PARTIAL') }))),
  childJobs: optional(mapOf(integer(0, 1_000_000))),
});

/** One rule of `copyJobs`. */
export const copyJobRule: Shape<CopyJobRule> = (value, path) => {
  const { runningSeconds, ...read } = copyJobFields(value, path);
  const staged = read.stages?.reduce((sum, stage) => sum + stage.seconds, 0);
  if (staged !== undefined && (runningSeconds ?? staged) !== staged) {
    throw new ShapeError(`${path}.runningSeconds is ${runningSeconds}; allowed: what the stages take together, ${staged}, or nothing`);
  }
  return { ...read, runningSeconds: seconds(staged ?? runningSeconds ?? 600, `${path}.runningSeconds`) };
};

const faultFields = object<Fault>({
  service: withDefault(oneOf(...Object.keys(OPERATIONS)), 'backup'),
  operation: text(),
  kind: oneOf(...FAULT_KINDS),
  skip: optional(integer(0, 1_000_000)),
  times: optional(count),
  forSeconds: optional(seconds),
  rate: optional(number(0, 1)),
  seconds: optional(seconds),
});

const fault: Shape<Fault> = (value, path) => {
  const read = faultFields(value, path);
  oneOf(...OPERATIONS[read.service])(read.operation, `${path}.operation`);
  if (read.kind === 'slow') {
    seconds(read.seconds, `${path}.seconds`);
  } else if (read.seconds !== undefined) {
    throw new ShapeError(`${path}.seconds is only allowed with kind slow`);
  }
  if ((read.kind === 'roleNotAssumable' || read.kind === 'limitExceeded') && read.operation !== 'StartCopyJob') {
    throw new ShapeError(`${path}.kind ${read.kind} is only allowed with operation StartCopyJob`);
  }
  if (read.kind === 'invalidRequest' && read.service !== 'backup') {
    throw new ShapeError(`${path}.kind invalidRequest is only allowed with service backup`);
  }
  if ((read.kind === 'malformedJson' || read.kind === 'halfAnswer') && read.service === 'response-url') {
    throw new ShapeError(`${path}.kind ${read.kind} is not allowed with service response-url, whose answer has no body`);
  }
  return read;
};

const failingResourceFields = object<FailingResource>({ resource: text(), afterSeconds: optional(seconds) });

/** Its name alone will do. */
const failingResource: Shape<FailingResource> = (value, path) =>
  (typeof value === 'string' ? { resource: text()(value, path) } : failingResourceFields(value, path));

const requestPattern = {
  requestType: optional(oneOf('Create', 'Update', 'Delete')),
  resource: optional(text()),
};
const delivery = object<DeliveryRule>({ ...requestPattern, afterSeconds: seconds });

const stackRules = object<StackRules>({
  nestedRollBackFirst: withDefault(truth(), false),
  rollbackSetsLastUpdatedTime: withDefault(truth(), false),
  failedCreations: withDefault(oneOf('deletedFirst', 'cleanedUp'), 'deletedFirst'),
  failedUpdates: withDefault(oneOf('asked', 'stable'), 'asked'),
  keptReverts: withDefault(oneOf('never', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS'), 'never'),
});

/** A whole scenario file. */
export const scenario = object<Scenario>({
  description: optional(text()),
  seed: withDefault(integer(0, Number.MAX_SAFE_INTEGER), 1),
  copyJobs: withDefault(list(copyJobRule), []),
  faults: withDefault(list(fault), []),
  iamPropagationSeconds: withDefault(seconds, 5),
  resourceLagSeconds: withDefault(number(0, 600), 0),
  stacks: withDefault(stackRules, stackRules({}, '$.stacks')),
  parameterStore: withDefault(mapOf(text()), {}),
  failResources: withDefault(list(failingResource), []),
  deliverLate: withDefault(list(delivery), []),
  deliverAgain: withDefault(list(delivery), []),
  loseAnswers: withDefault(list(object<RequestPattern>(requestPattern)), []),
  concurrentCopyJobs: optional(count),
  startCopyJobPerSecond: optional(count),
  lambdaConcurrency: optional(count),
  idempotency: withDefault(object<Scenario['idempotency']>({
    otherParameters: withDefault(oneOf('refuse', 'returnFirst'), 'refuse'),
    forgetAfterSeconds: optional(seconds),
  }), { otherParameters: 'refuse' }),
  jobHistorySeconds: optional(seconds),
  copyJobVisibleAfterSeconds: withDefault(seconds, 0),
  lifecycleEcho: withDefault(oneOf('actual', 'asked', 'none'), 'actual'),
  minusOne: withDefault(oneOf('keepsSource', 'never'), 'keepsSource'),
  deletedCopyRole: withDefault(oneOf('fails', 'fallsBack'), 'fails'),
  missingVaults: withDefault(list(arn), []),
  missingRecoveryPoints: withDefault(list(arn), []),
  vaults: withDefault(list(object<VaultRule>({
    arn,
    type: optional(oneOf('BACKUP_VAULT', 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT')),
    locked: optional(truth()),
    legalHold: optional(truth()),
    minRetentionDays: optional(days),
    maxRetentionDays: optional(days),
    encryptionKeyArn: optional(arn),
    deletionExpires: optional(truth()),
  })), []),
  recoveryPoints: withDefault(list(object<RecoveryPointRule>({
    arn,
    ageDays: withDefault(number(0, 36_500), 1),
    lifecycle: withDefault(lifecycle, { DeleteAfterDays: 365 }),
    resourceArn: optional(arn),
  })), []),
});
