import { errorText } from './aws-error';
import { CopyJobError } from './copy-job-error';
import { patiently } from './patience';
import { CLOCK_TOLERANCE, CopyRequest } from './request';
import { Runtime } from './runtime';

/** What CloudFormation is doing with the stack of the request, by the stack's own word. */
export type StackOperation =
  /** Creating or updating it. */
  | 'forward'
  /** Going back to what was before. */
  | 'rollback'
  /** Deleting it, or what an update left behind. */
  | 'removal'
  /** Nothing, or something newer than the request, which is a late second delivery then. */
  | 'over';

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

/** Only the stack can tell a change from its rollback: the events of the two look alike. */
export async function stackOperation(runtime: Runtime, request: CopyRequest, asking: Asking = 'patiently'): Promise<StackOperation> {
  const stack = await ask(runtime, request, asking, 'describe-stacks', async () =>
    (await runtime.cloudFormation().describeStacks({ StackName: request.stack.id })).Stacks?.[0]);
  const operation = OPERATIONS[stack?.StackStatus ?? ''] ?? 'over';
  const newer = (stack?.LastUpdatedTime?.getTime() ?? 0) > request.time + CLOCK_TOLERANCE;
  runtime.log('stack', { status: stack?.StackStatus, operation, newer });
  return newer ? 'over' : operation;
}

/** The physical id that a resource of the stack has, or undefined when it has none or is being deleted. */
export async function physicalIdOf(runtime: Runtime, request: CopyRequest, logicalId: string, asking: Asking = 'patiently'): Promise<string | undefined> {
  const resource = await resourceOf(runtime, request, logicalId, asking);
  return resource?.ResourceStatus?.startsWith('DELETE_') ? undefined : resource?.PhysicalResourceId;
}

/** Whether CloudFormation is at the request's resource: when it has cancelled a request it may be done with the rollback's, too. */
export async function isUnderWay(runtime: Runtime, request: CopyRequest): Promise<boolean> {
  const resource = await resourceOf(runtime, request, request.logicalId, 'once');
  return resource?.ResourceStatus?.endsWith('_IN_PROGRESS') ?? false;
}

function resourceOf(runtime: Runtime, request: CopyRequest, logicalId: string, asking: Asking) {
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
