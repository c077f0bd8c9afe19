import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../simulator/assembly';
import { AwsBackup } from '../../simulator/backup/aws-backup';
import { DEFAULT_SCENARIO } from '../../simulator/scenario';
import { Ended, Simulation, startSimulation } from '../../simulator/simulation';

/*
 * The stacks that wait for an AWS account in `test/integ`. The simulator knows no backup jobs: those are played here.
 */

const RECOVERY_POINT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';

let outdir: string;
let simulation: Simulation | undefined;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'integ-'));
  process.env.CDK_OUTDIR = outdir;
});
afterEach(async () => {
  await simulation?.close();
  simulation = undefined;
  delete process.env.CDK_OUTDIR;
  rmSync(outdir, { recursive: true });
});

/** What a test deploys, but for its assertions, one stack after the other. */
async function play(test: string): Promise<Ended[]> {
  jest.requireActual(`../integ/integ.${test}`);
  const ended: Ended[] = [];
  for (const stack of readAssembly(outdir).filter(({ name }) => name.startsWith('integ-'))) {
    if (!simulation) {
      simulation = await startSimulation({ environment: stack.environment, scenario: DEFAULT_SCENARIO });
      withBackupJob(simulation.aws.backup);
    }
    ended.push(await simulation.deploy(stack));
  }
  return ended;
}

/** One backup job that runs for a while and has made the recovery point then. */
function withBackupJob(backup: AwsBackup): void {
  const states = ['CREATED', 'RUNNING'];
  const handle = backup.handle.bind(backup);
  backup.handle = async request => {
    if (!request.path.startsWith('/backup-jobs')) return handle(request);
    const job = { BackupJobId: '1eb3b5e7-9eb0-435a-a80b-108b488b0d45', RecoveryPointArn: RECOVERY_POINT };
    const answer = request.method === 'PUT' ? job : { ...job, State: states.shift() ?? 'COMPLETED' };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
  };
}

const recoveryPoint = (arn?: string) => simulation!.aws.backup.allRecoveryPoints().find(point => point.arn === arn);

it('integ.copy makes one copy, changes its lifecycle in place, and leaves none', async () => {
  const ended = await play('copy');
  expect(ended.map(({ status }) => status)).toEqual(['CREATE_COMPLETE', 'UPDATE_COMPLETE']);
  const [{ destinationRecoveryPointArn }, ...others] = simulation!.aws.backup.copyJobs();
  expect(others).toEqual([]);
  expect(recoveryPoint(destinationRecoveryPointArn)).toMatchObject({ status: 'COMPLETED', lifecycle: { DeleteAfterDays: 8 } });
  expect((await simulation!.delete()).status).toBe('DELETE_COMPLETE');
  expect(recoveryPoint(RECOVERY_POINT)).toMatchObject({ status: 'DELETED' });
  expect(recoveryPoint(destinationRecoveryPointArn)).toMatchObject({ status: 'DELETED' });
});

it('integ.questions tells the answers when all has ended that it started, and leaves none of it', async () => {
  const [{ status, outputs }] = await play('questions');
  expect(status).toBe('CREATE_COMPLETE');
  const refused = expect.stringContaining('InvalidParameterValueException');
  expect(JSON.parse(outputs.Answers)).toEqual({
    describedAfterMilliseconds: expect.any(Number),
    sameToken: { nothingElse: 'the same job', anotherRole: refused, anotherLifecycle: refused, noLifecycle: refused },
    copies: [
      { asked: 'seven days', state: 'COMPLETED', lifecycleOfTheJob: { DeleteAfterDays: 7 }, lifecycleOfTheCopy: { DeleteAfterDays: 7 } },
      { asked: 'no lifecycle', state: 'COMPLETED', lifecycleOfTheJob: { DeleteAfterDays: 365 }, lifecycleOfTheCopy: { DeleteAfterDays: 365 } },
      { asked: '-1', state: 'COMPLETED', lifecycleOfTheJob: expect.anything(), lifecycleOfTheCopy: expect.anything() },
    ],
  });
  expect((await simulation!.delete()).status).toBe('DELETE_COMPLETE');
  expect(recoveryPoint(RECOVERY_POINT)).toMatchObject({ status: 'DELETED' });
  const copies = simulation!.aws.backup.copyJobs().map(job => recoveryPoint(job.destinationRecoveryPointArn)?.status);
  expect(copies).toEqual(['DELETED', 'DELETED', 'DELETED']);
});

it('integ.policies needs no copy', async () => {
  const ended = await play('policies');
  expect(ended.map(({ status }) => status)).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
  expect(ended.flatMap(({ copyJobs }) => copyJobs)).toEqual([]);
});
