import type { Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { errorText } from './aws-error';
import { patiently } from './patience';
import { Runtime } from './runtime';
import { COPY_JOB_RESOURCE_TYPE } from '../../src/contract';
import { CopyJobError } from '../messages/copy-job-error';
import { StackOperation } from '../messages/handover';
import { CLOCK_TOLERANCE, CopyRequest } from '../messages/request';

const OPERATIONS: Readonly<Record<string, StackOperation>> = {
  CREATE_IN_PROGRESS: 'forward',
  UPDATE_IN_PROGRESS: 'forward',
  IMPORT_IN_PROGRESS: 'forward',
  ROLLBACK_IN_PROGRESS: 'rollback',
  IMPORT_ROLLBACK_IN_PROGRESS: 'rollback',
  UPDATE_ROLLBACK_IN_PROGRESS: 'rollback',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'rollback',
  DELETE_IN_PROGRESS: 'removal',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'removal',
};

/** Until CloudFormation tells, or once: what goes wrong in a poll is for the next one. */
export type Asking = 'patiently' | 'once';

/** A resource is shown in progress before its request is signed, and in another state so much later at the least. */
const SHORTEST_REQUEST = 5_000;

/**
 * Only the stack can tell a change from its rollback: the events of the two look alike. A nested stack that is new in a failed deployment is
 * deleted, by its own status, while its root goes back; another one may go back before its root does.
 */
export async function stackOperation(runtime: Runtime, request: CopyRequest, asking: Asking = 'patiently'): Promise<StackOperation> {
  const own = await describeStack(runtime, request, request.stack.id, asking);
  const root = own?.RootId === undefined ? own : await describeStack(runtime, request, own.RootId, asking);
  const [ofOwn, ofRoot] = [own, root].map(stack => operationOf(request, stack));
  const operation = together(ofOwn, ofRoot);
  runtime.log('stack', { status: own?.StackStatus, ...root !== own && { rootStatus: root?.StackStatus }, operation });
  return operation;
}

function operationOf(request: CopyRequest, stack: Stack | undefined): StackOperation {
  const isNewer = (stack?.LastUpdatedTime?.getTime() ?? 0) > request.time + CLOCK_TOLERANCE;
  return isNewer ? 'over' : OPERATIONS[stack?.StackStatus ?? ''] ?? 'over';
}

function together(own: StackOperation, root: StackOperation): StackOperation {
  if (own === root) return own;
  return own !== 'over' && root !== 'over' && (own === 'rollback' || root === 'rollback') ? 'rollback' : 'over';
}

/** Whether that time is since CloudFormation began what it does with the stack now; 'no' where it does not tell. */
export async function isSinceBegan(runtime: Runtime, request: CopyRequest, time: number): Promise<boolean> {
  try {
    const stack = await describeStack(runtime, request, request.stack.id, 'once');
    return time >= ((stack?.LastUpdatedTime ?? stack?.CreationTime)?.getTime() ?? Infinity);
  } catch {
    return false;
  }
}

/** What CloudFormation shows is older than this only when CloudFormation itself is in trouble. */
const LONGEST_LAG = 2 * 60_000;

/**
 * The physical id that a leg's copy has, or undefined when it has none or is being deleted. The copy waits for its legs, so when it is shown
 * in progress, or not at all, that may be old: then CloudFormation is asked again for a while, if that matters.
 */
export async function copyIdOf(runtime: Runtime, request: CopyRequest, logicalId: string, matters: boolean): Promise<string | undefined> {
  const start = runtime.now();
  for (;;) {
    const { ResourceStatus: status = '', PhysicalResourceId: id } = await describeResource(runtime, request, logicalId, 'patiently') ?? {};
    const isOld = status === '' || status.endsWith('_IN_PROGRESS');
    if (!isOld || !matters || runtime.now() > start + LONGEST_LAG) return status.startsWith('DELETE_') ? undefined : id;
    await runtime.sleep(10_000);
  }
}

/**
 * Whether CloudFormation still waits for the answer to the request: when it has cancelled a request it may be done with the rollback's, too.
 * What it shows may be older than the request, and then tells nothing.
 */
export async function isAwaited(runtime: Runtime, request: CopyRequest): Promise<boolean | 'not shown'> {
  const resource = await describeResource(runtime, request, request.logicalId, 'once');
  const age = (resource?.LastUpdatedTimestamp?.getTime() ?? 0) - request.time;
  if (resource?.ResourceStatus?.endsWith('_IN_PROGRESS')) return age > CLOCK_TOLERANCE ? 'not shown' : true;
  return age > SHORTEST_REQUEST ? false : 'not shown';
}

/** A resource that makes a copy, as CloudFormation shows it. */
export interface CopyResource {
  readonly stackId: string;
  readonly logicalId: string;
  /** Undefined while the resource is created. */
  readonly physicalId?: string;
}

/** The resources that make copies in the whole tree of stacks, without those that are deleted. */
export async function copyResources(runtime: Runtime, request: CopyRequest): Promise<CopyResource[]> {
  const own = await describeStack(runtime, request, request.stack.id, 'once');
  return copyResourcesIn(runtime, request, own?.RootId ?? request.stack.id);
}

async function copyResourcesIn(runtime: Runtime, request: CopyRequest, stackId: string): Promise<CopyResource[]> {
  const found: CopyResource[] = [];
  const resources = await standingResources(runtime, request, stackId);
  for (const { ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId } of resources) {
    if (type === COPY_JOB_RESOURCE_TYPE) found.push({ stackId, logicalId: logicalId!, physicalId });
    if (type === 'AWS::CloudFormation::Stack' && physicalId) found.push(...await copyResourcesIn(runtime, request, physicalId));
  }
  return found;
}

async function standingResources(runtime: Runtime, request: CopyRequest, stackId: string): Promise<StackResourceSummary[]> {
  const resources: StackResourceSummary[] = [];
  let token: string | undefined;
  do {
    const page = await ask(runtime, request, 'once', 'list-stack-resources', async () =>
      runtime.cloudFormation().listStackResources({ StackName: stackId, NextToken: token }));
    resources.push(...page?.StackResourceSummaries ?? []);
    token = page?.NextToken;
  } while (token);
  return resources.filter(({ ResourceStatus: status }) => !status?.startsWith('DELETE_'));
}

function describeStack(runtime: Runtime, request: CopyRequest, id: string, asking: Asking): Promise<Stack | undefined> {
  return ask(runtime, request, asking, 'describe-stacks', async () =>
    (await runtime.cloudFormation().describeStacks({ StackName: id })).Stacks?.[0]);
}

function describeResource(runtime: Runtime, request: CopyRequest, logicalId: string, asking: Asking) {
  return ask(runtime, request, asking, 'describe-stack-resource', async () =>
    (await runtime.cloudFormation().describeStackResource({ StackName: request.stack.id, LogicalResourceId: logicalId })).StackResourceDetail);
}

/** Undefined for what does not exist. */
async function ask<T>(runtime: Runtime, request: CopyRequest, asking: Asking, step: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await (asking === 'once' ? call() : patiently(runtime, { ...request, deadline: Infinity }, step, call));
  } catch (error) {
    // CloudFormation has no error of its own for that.
    if (/does not exist/i.test(errorText(error))) return undefined;
    if (asking === 'once') throw error;
    throw new CopyJobError(`CloudFormation did not tell the state of its stack: ${errorText(error)}. Nothing was done.`);
  }
}
