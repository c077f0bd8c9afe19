import { HostMessage, HostTask } from '../host-protocol';
import { Handler } from './environment';

export type Invocation = Extract<HostMessage, { type: 'invoke' }>;

interface Outcome {
  readonly failed: boolean;
  readonly payload: string;
}

/** Runs the handler as Lambda's Node.js runtime does. */
export async function invoke(invocation: Invocation, task: HostTask, now: () => number, load: () => Handler): Promise<Outcome> {
  try {
    const answer = await load()(JSON.parse(invocation.payload), lambdaContext(invocation, task, now));
    return { failed: false, payload: JSON.stringify(answer) ?? 'null' };
  } catch (error) {
    return { failed: true, payload: JSON.stringify(errorObject(error)) };
  }
}

function lambdaContext(invocation: Invocation, task: HostTask, now: () => number): object {
  return {
    awsRequestId: invocation.requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: task.functionArn,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - now()),
  };
}

function errorObject(error: unknown): object {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: lambdaPaths(error.stack ?? '').split('\n') };
}

/** Traces end up in what CloudFormation prints: they show Lambda's folders, the same on every machine. */
function lambdaPaths(stack: string): string {
  return stack.replaceAll(__filename, '/var/runtime/index.mjs').replaceAll(process.env.NODE_PATH!, '/var/runtime/node_modules');
}
