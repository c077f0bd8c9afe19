import * as path from 'node:path';
import { LambdaFunction } from './lambda-function';

/** Where the SDK clients are that Lambda's Node.js runtimes ship. */
export function runtimeModules(): string {
  const directory = `${path.sep}node_modules${path.sep}`;
  const client = require.resolve('@aws-sdk/client-lambda');
  return client.slice(0, client.lastIndexOf(`${directory}@aws-sdk`) + directory.length - 1);
}

/** All that a function finds in `process.env`: nothing of this machine gets in. */
export function environmentVariables(
  fn: LambdaFunction, host: { accessKeyId: string; endpoint: string; home: string; logStream: string },
): Record<string, string> {
  const [, , , region, , , name] = fn.arn.split(':');
  return {
    ...fn.environment,
    AWS_ACCESS_KEY_ID: host.accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: 'simulated',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logging?.group ?? `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: host.logStream,
    _HANDLER: fn.handler,
    LAMBDA_TASK_ROOT: fn.codeDirectory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    NODE_PATH: runtimeModules(),
    AWS_ENDPOINT_URL: `http://${host.endpoint}`,
    // The SDK looks for the instance metadata service and for ~/.aws: neither of this machine's may answer.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(host.home, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(host.home, 'no-credentials'),
    HOME: host.home,
  };
}
