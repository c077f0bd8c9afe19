import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { lambdaRuntime } from './aws/runtime';
import { isComplete as look } from './is-complete';
import { CopyJobError, sentence } from './messages/copy-job-error';
import { PollEvent } from './messages/poll';
import { onEvent as act } from './on-event';

/** The provider framework's `onEvent`. */
export const onEvent = (event: CloudFormationCustomResourceEvent) => answering(() => act(lambdaRuntime, event));

/** The provider framework's `isComplete`. */
export const isComplete = (event: PollEvent) => answering(() => look(lambdaRuntime, event));

/** Where more is to be read; what the provider framework says behind it is another place, which may not exist. */
const whereTheLogIs = () => ` Log group: ${process.env.AWS_LAMBDA_LOG_GROUP_NAME}.`;

/** A user reads any error as one line; the log keeps the rest. */
async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CopyJobError) {
      lambdaRuntime.log('failed', { reason: error.message });
      throw new CopyJobError(error.message, whereTheLogIs());
    }
    lambdaRuntime.log('unexpected', { error: error instanceof Error ? error.stack : String(error) });
    throw new CopyJobError(`Unexpected error in cdk-backup-copy-job: ${sentence(String(error))}`, whereTheLogIs());
  }
}
