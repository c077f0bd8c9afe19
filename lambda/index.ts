import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { CopyJobError } from './copy-job-error';
import { isComplete as look } from './is-complete';
import { onEvent as act } from './on-event';
import { PollEvent } from './poll';
import { lambdaRuntime } from './runtime';

/** The provider framework's `onEvent`. */
export const onEvent = (event: CloudFormationCustomResourceEvent) => answering(() => act(lambdaRuntime, event));

/** The provider framework's `isComplete`. */
export const isComplete = (event: PollEvent) => answering(() => look(lambdaRuntime, event));

/** A user reads any error as one line; the log keeps the rest. */
async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CopyJobError) {
      lambdaRuntime.log('failed', { reason: error.message });
      throw error;
    }
    lambdaRuntime.log('unexpected', { error: error instanceof Error ? error.stack : String(error) });
    throw new CopyJobError(`Unexpected error in cdk-backup-copy-job: ${error}. The function's log has more.`);
  }
}
