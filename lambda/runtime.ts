import { BackupClient } from '@aws-sdk/client-backup';

/** Everything outside of the handler that it acts on or looks at; tests hand in their own. */
export interface Runtime {
  /** A client of AWS Backup in that Region. */
  backup(region: string): BackupClient;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** 0 <= x < 1, for jitter. */
  random(): number;
  /** Writes one JSON line. Never hand it an event: the ResponseURL lets anyone answer CloudFormation. */
  log(step: string, details?: Record<string, unknown>): void;
}

const clients = new Map<string, BackupClient>();

export const lambdaRuntime: Runtime = {
  backup(region) {
    let client = clients.get(region);
    if (!client) {
      // A request that hangs must leave time for another attempt before the function's own time-out.
      client = new BackupClient({ region, requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true } });
      clients.set(region, client);
    }
    return client;
  },
  now: () => Date.now(),
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  random: () => Math.random(),
  log: (step, details) => void process.stdout.write(`${JSON.stringify({ step, ...details })}\n`),
};
