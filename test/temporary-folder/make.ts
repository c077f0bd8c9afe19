import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All that a run of the tests puts into the temporary folder, the CDK's assemblies first of all, goes into one that goes with it. */
export default function make(): void {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'cdk-backup-copy-job-tests-'));
}
