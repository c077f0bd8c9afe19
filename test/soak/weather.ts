import * as fc from 'fast-check';
import { FAULT_KINDS, FaultKind } from '../../simulator/scenario';
import { OPERATIONS } from '../../simulator/wire/operation';

/** What one operation meets, as a scenario file says it. */
export type Weather = Readonly<Record<string, unknown>>;

const MINUTE = 60;

/** A key that is there in one of so many histories. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number) =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const brief = fc.oneof(
  fc.record({ times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ forSeconds: fc.constantFrom(10, 40, 100) }),
);
const duration = fc.oneof(
  { weight: 6, arbitrary: brief },
  { weight: 1, arbitrary: fc.constant({ forSeconds: 20 * MINUTE }) },
  { weight: 1, arbitrary: fc.record({ rate: fc.constantFrom(0.1, 0.4) }) },
  { weight: 1, arbitrary: fc.constant({}) },
);

/** Everything that can go wrong with a call. */
export const FAULTS = Object.entries(OPERATIONS).flatMap(([service, operations]) =>
  operations.flatMap(operation => FAULT_KINDS.filter(kind => canHappen(kind, service, operation)).map(kind => ({ service, operation, kind }))));

function canHappen(kind: FaultKind, service: string, operation: string): boolean {
  if (kind === 'roleNotAssumable' || kind === 'limitExceeded') return operation === 'StartCopyJob';
  if (kind === 'invalidRequest') return service === 'backup';
  return service !== 'response-url' || (kind !== 'malformedJson' && kind !== 'halfAnswer');
}

/** Any fault, or one of those that matter most. */
const fault = fc.oneof(
  fc.constantFrom(...FAULTS),
  fc.constantFrom(...FAULTS.filter(({ operation }) => /CopyJob|DescribeStack|Respond|StartExecution/.test(operation))),
).chain(({ service, operation, kind }) => fc.tuple(fc.constantFrom(0, 0, 0, 1, 2, 5), duration, fc.constantFrom(2, 25, 120))
  .map(([skip, howLong, seconds]) => ({ service, operation, kind, skip, ...howLong, ...kind === 'slow' && { seconds } })));

/** What every account sees, and what passes. */
const everydayFault = fc.tuple(
  fc.constantFrom(...FAULTS.filter(({ kind, operation }) => /CopyJob/.test(operation) && /throttling|limitExceeded|serviceUnavailable|accessDenied/.test(kind))),
  brief,
).map(([of, howLong]) => ({ ...of, ...howLong }));

/** Copies of minutes, mostly. */
const runningSeconds = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(30, 3 * MINUTE, 6 * MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(40 * MINUTE, 90 * MINUTE) },
);

/** States that AWS Backup shows on the way, by which nothing has ended. */
const stages = fc.constantFrom(
  ['RUNNING', 'CREATED', 'RUNNING'],
  ['RUNNING', 'COMPLETING'],
  ['ABORTING', 'RUNNING'],
  ['COMPLETED'],
).map(states => states.map(state => ({ seconds: 70, state, ...state === 'COMPLETED' && { response: { DestinationRecoveryPointArn: null } } })));

const copyJob = fc.oneof(
  { weight: 3, arbitrary: fc.record({ createdSeconds: fc.constantFrom(5, 60), runningSeconds }) },
  {
    weight: 1,
    arbitrary: fc.record({
      createdSeconds: fc.constant(5),
      runningSeconds,
      recoveryPointStages: fc.tuple(fc.record({ seconds: fc.constantFrom(60, 20 * MINUTE), status: fc.constantFrom('CREATING', 'AVAILABLE', 'PARTIAL') })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ createdSeconds: fc.constant(5), stages }) },
  {
    weight: 1,
    arbitrary: fc.record({
      createdSeconds: fc.constant(5),
      runningSeconds,
      endState: fc.constantFrom('FAILED', 'PARTIAL', 'ABORTED'),
      statusMessage: fc.constantFrom('Access Denied trying to call AWS Backup service', 'The snapshot is in use. '.repeat(60)),
      times: fc.constantFrom(1, 1, 100),
    }),
  },
);

const delivery = fc.record({
  requestType: fc.constantFrom('Create', 'Update', 'Delete'),
  afterSeconds: fc.constantFrom(1, 40, 5 * MINUTE, 50 * MINUTE, 130 * MINUTE),
});

const vault = fc.record({
  arn: fc.constantFrom('arn:aws:backup:eu-west-1:111122223333:backup-vault:dr', 'arn:aws:backup:eu-central-1:111122223333:backup-vault:dr'),
  trouble: fc.constantFrom('locked', 'legalHold', 'deletionExpires'),
}).map(({ arn, trouble }) => ({ arn, [trouble]: true }));

export const calmWeather: fc.Arbitrary<Weather> = fc.record({
  copyJobs: fc.tuple(fc.record({ runningSeconds: fc.constantFrom(3 * MINUTE, 30, 6 * MINUTE) })),
});

const rough = fc.record({
  copyJobs: fc.tuple(copyJob),
  faults: fc.array(fault, { maxLength: 2 }),
  deliverAgain: sometimes(fc.tuple(delivery), 4),
  deliverLate: sometimes(fc.tuple(delivery.filter(({ afterSeconds }) => afterSeconds <= 50 * MINUTE)), 12),
  loseAnswers: sometimes(fc.tuple(fc.record({ requestType: fc.constantFrom('Create', 'Update', 'Delete') })), 20),
  iamPropagationSeconds: sometimes(fc.constantFrom(0, 60), 4),
  idempotency: sometimes(fc.constantFrom(
    { otherParameters: 'returnFirst' }, { forgetAfterSeconds: 0 }, { forgetAfterSeconds: 10 * MINUTE },
  ), 5),
  jobHistorySeconds: sometimes(fc.constantFrom(0, 30 * MINUTE), 10),
  deletedCopyRole: sometimes(fc.constant('fallsBack'), 4),
  lifecycleEcho: sometimes(fc.constantFrom('asked', 'none'), 3),
  minusOne: sometimes(fc.constant('never'), 4),
  copyJobVisibleAfterSeconds: sometimes(fc.constantFrom(10, 60), 6),
  resourceLagSeconds: sometimes(fc.constantFrom(10, 30), 6),
  stacks: sometimes(fc.record({
    nestedRollBackFirst: fc.boolean(),
    rollbackSetsLastUpdatedTime: fc.boolean(),
    failedCreations: fc.constantFrom('deletedFirst', 'cleanedUp'),
    failedUpdates: fc.constantFrom('asked', 'stable'),
    keptReverts: fc.constantFrom('never', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS'),
  }), 2),
  vaults: sometimes(fc.tuple(vault), 12),
});

const everyday = fc.tuple(calmWeather, everydayFault).map(([calm, passing]) => ({ ...calm, faults: [passing] }));

export const weather: fc.Arbitrary<Weather> = fc.oneof(
  { weight: 1, arbitrary: calmWeather }, { weight: 1, arbitrary: everyday }, { weight: 3, arbitrary: rough },
)
  .map(drawn => Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)));
