import { Setting } from './setting';
import { CopyJobRecord } from '../../simulator/backup/copy-job';
import { RecoveryPoint } from '../../simulator/backup/recovery-points';
import { Correspondence } from '../../simulator/cloudformation/custom-resource';
import { StackEvent } from '../../simulator/cloudformation/stack-state';
import { Scenario } from '../../simulator/scenario';

export const COPY_TYPE = 'Custom::AWSBackupOneTimeCopyJob';
export const LEG_TYPE = `${COPY_TYPE}Leg`;

/** How one stack stands between two operations. */
export interface StackSnapshot {
  /** Undefined before the first operation. */
  readonly status?: string;
  /** What the template in force asks for; undefined when there is no stack. */
  readonly setting?: Setting;
  /** Of the copy of the template in force. */
  readonly physicalId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of every copy of the stack, that of a failed template too. */
  readonly copyIds: readonly string[];
  /** What the resources of a complete stack have for the ARNs of their copies. */
  readonly heldArns: readonly string[];
}

/** How everything else stands. */
export interface WorldSnapshot {
  readonly time: number;
  /** What the complete stacks hold, by stack name. */
  readonly held: Readonly<Record<string, readonly string[]>>;
  /** Every job there ever was. */
  readonly jobs: readonly CopyJobRecord[];
  /** Every recovery point there ever was, by ARN. */
  readonly points: Readonly<Record<string, RecoveryPoint>>;
  /** Everything ever sent to custom resources. */
  readonly requests: readonly Correspondence[];
  /** Requests that more than one waiter was started for. */
  readonly waitersStartedTwice: number;
}

/** The stack of the operation, and everything else. */
export type Snapshot = StackSnapshot & WorldSnapshot;

/** One operation of a history and what came of it. */
export interface Step {
  readonly kind: 'deploy' | 'delete' | 'rollBack' | 'pass' | 'lose';
  /** Of a deployment: what it asked for, and whether the neighbour was to fail. */
  readonly asked?: Setting;
  readonly neighbourFails: boolean;
  /** Of a deployment: whether what fails stays as it is. */
  readonly noRollback: boolean;
  /** What AWS Backup lost, or somebody deleted. */
  readonly lost?: 'tokens' | 'jobs' | 'copies';
  /** What held while it went on. */
  readonly scenario: Scenario;
  /** Faults of calls that were met, as `service kind`. */
  readonly faults: Readonly<Record<string, number>>;
  /** What the functions wrote. */
  readonly logs: readonly string[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly events: readonly StackEvent[];
}

/** The job that an id names first. */
export function newestJob(physicalId: string | undefined, { jobs }: Snapshot): CopyJobRecord | undefined {
  const named = jobs.filter(({ copyJobId }) => physicalId?.includes(copyJobId));
  return named.sort((a, b) => physicalId!.indexOf(a.copyJobId) - physicalId!.indexOf(b.copyJobId))[0];
}

/** The job whose copy the stack holds. */
export function heldJob(snapshot: Snapshot): CopyJobRecord | undefined {
  return newestJob(snapshot.physicalId, snapshot);
}

export function pointOf(job: CopyJobRecord | undefined, { jobs, points }: Snapshot): RecoveryPoint | undefined {
  const arn = jobs.find(({ copyJobId }) => copyJobId === job?.copyJobId)?.destinationRecoveryPointArn;
  return arn === undefined ? undefined : points[arn];
}

export function isAlive(point: RecoveryPoint | undefined): boolean {
  return point?.status === 'COMPLETED';
}

/** When somebody called DeleteRecoveryPoint for it. */
export function deletionBegan({ deletion }: RecoveryPoint): number | undefined {
  return deletion && deletion.endsAt - 60_000;
}

/** The requests that CloudFormation heard an answer to, or gave up, during the step. */
export function settledRequests({ before, after }: Step): Correspondence[] {
  return after.requests.filter(({ settled }) => settled !== undefined && settled > before.time && settled <= after.time);
}

export function jobsStarted({ before, after }: Step): CopyJobRecord[] {
  return after.jobs.slice(before.jobs.length);
}

/** CloudFormation, or the user, gave up half-way: some resources are as they were, some as they should become. */
export function isHalfDone({ status = '' }: Pick<StackSnapshot, 'status'>): boolean {
  return ['UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED', 'CREATE_FAILED', 'UPDATE_FAILED'].includes(status);
}

/** Whether the stack went forward to the end. */
export function isDeployed({ kind, after: { status } }: Step): boolean {
  return kind === 'deploy' && (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE');
}

export function propertiesOf({ event }: Correspondence): Readonly<Record<string, string>> {
  return event.ResourceProperties as unknown as Record<string, string>;
}

/** The setting by which a job was started: an earlier operation's, when its request was delivered again or went on trying. */
export function settingOf(job: CopyJobRecord, steps: readonly Step[]): Setting | undefined {
  const id = requestIdOf(job, steps);
  // A deployment that is run again may have the ids of the requests that failed; a token that was derived tells them apart.
  const first = steps.at(-1)!.after.jobs.find(({ input }) => input.IdempotencyToken === job.input.IdempotencyToken)!;
  const { createdAt } = isDerived(first) && requestIdOf(first, steps) === id ? first : job;
  const request = steps.at(-1)!.after.requests.filter(({ event, sent }) => event.RequestId === id && sent <= createdAt).at(-1);
  return request
    ? steps.filter(({ before }) => before.time <= request.sent).at(-1)?.asked
    : steps.find(({ after }) => after.jobs.some(({ copyJobId }) => copyJobId === job.copyJobId))?.asked;
}

/** The request that a job was started for, as the handler's log says. */
function requestIdOf({ copyJobId }: CopyJobRecord, steps: readonly Step[]): string | undefined {
  const line = steps.flatMap(({ logs }) => logs).find(text => text.startsWith('{"step":"started"') && text.includes(copyJobId));
  return line && (JSON.parse(line) as { requestId: string }).requestId;
}

function isDerived({ input: { IdempotencyToken } }: CopyJobRecord): boolean {
  return IdempotencyToken!.startsWith('cdk-');
}

/** The job whose copy CloudFormation asks to delete under DESTROY, if that is what the request is. */
export function jobToDelete(request: Correspondence, snapshot: Snapshot): CopyJobRecord | undefined {
  const { RequestType: type, ResourceType: resourceType, PhysicalResourceId: id } = request.event;
  const isDeletion = type === 'Delete' && resourceType === COPY_TYPE && propertiesOf(request).RemovalPolicy === 'destroy';
  return isDeletion ? newestJob(id, snapshot) : undefined;
}
