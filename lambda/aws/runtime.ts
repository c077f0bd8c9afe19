import { BackupClient } from '@aws-sdk/client-backup';
import type { CloudFormation } from '@aws-sdk/client-cloudformation';

/** Everything outside of the handler that it acts on or looks at; tests hand in their own. */
export interface Runtime {
  /** A client of AWS Backup in that Region. */
  backup(region: string): BackupClient;
  /** A client of CloudFormation in the stack's Region. */
  cloudFormation(): CloudFormation;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** 0 <= x < 1, for jitter. */
  random(): number;
  /** Writes one JSON line. Never hand it an event: the ResponseURL lets anyone answer CloudFormation. */
  log(step: string, details?: Record<string, unknown>): void;
}

// A request that hangs must leave time for another attempt before the function's own time-out.
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

const backupClients = new Map<string, BackupClient>();
let cloudFormationClient: CloudFormation | undefined;

export const lambdaRuntime: Runtime = {
  backup(region) {
    const client = backupClients.get(region) ?? new BackupClient({ region, requestHandler });
    backupClients.set(region, client);
    return client;
  },
  cloudFormation() {
    // Seldom needed, so it is not bundled but taken from the SDK that Lambda's runtime brings.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const sdk = require('@aws-sdk/client-cloudformation') as typeof import('@aws-sdk/client-cloudformation');
    cloudFormationClient ??= new sdk.CloudFormation({ requestHandler });
    return cloudFormationClient;
  },
  now: () => Date.now(),
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
  log: (step, details) => void process.stdout.write(`${JSON.stringify({ step, ...details })}\n`),
};
