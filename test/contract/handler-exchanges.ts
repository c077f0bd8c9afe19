import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Exchange, recording } from './exchange';
import { AssemblyStack, readAssembly } from '../../simulator/assembly';
import { parseScenario } from '../../simulator/scenario';
import { startSimulation } from '../../simulator/simulation';
import { OneTimeCopyJob } from '../../src';

/** A copy, and one of a composite recovery point, both to be deleted with the stack. */
function synthesize(outdir: string, deleteAfter: Duration): AssemblyStack {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Contract', { env: { account: '111122223333', region: 'us-east-1' } });
  for (const [id, recoveryPointArn] of [
    ['Snapshot', 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0'],
    ['Composite', 'arn:aws:backup:us-east-1:111122223333:recovery-point:composite:1eb3b5e7-9eb0-435a-a80b-108b488b0d45'],
  ]) {
    new OneTimeCopyJob(stack, id, {
      recoveryPointArn,
      sourceBackupVault: BackupVault.fromBackupVaultName(stack, `${id}Source`, 'prod'),
      destinationBackupVault: BackupVault.fromBackupVaultArn(stack, `${id}Dr`, 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'),
      moveToColdStorageAfter: Duration.days(30),
      deleteAfter,
      optInToArchiveForSupportedResources: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
  app.synth();
  return readAssembly(outdir)[0];
}

const SCENARIO = parseScenario(JSON.stringify({
  copyJobs: [{ recoveryPointArn: 'arn:aws:backup:*', childJobs: { COMPLETED: 2 }, statusMessage: 'Done', messageCategory: 'SUCCESS' }, {}],
}), 'contract.json');

/** What the handler and the simulated AWS Backup say to each other while a stack is created, given another lifecycle, and deleted. */
export async function handlerExchanges(): Promise<Exchange[]> {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  const created = synthesize(join(folder, 'created'), Duration.days(365));
  const simulation = await startSimulation({ environment: created.environment, scenario: SCENARIO });
  const exchanges: Exchange[] = [];
  simulation.world.serve('backup', recording(simulation.aws.backup, exchanges));
  try {
    const ended = [
      await simulation.deploy(created),
      await simulation.deploy(synthesize(join(folder, 'updated'), Duration.days(400))),
      await simulation.delete(),
    ];
    const statuses = ended.map(({ status }) => status).join();
    if (statuses !== 'CREATE_COMPLETE,UPDATE_COMPLETE,DELETE_COMPLETE') throw new Error(`The stack was to live and go, but ended ${statuses}.`);
    return exchanges;
  } finally {
    await simulation.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
