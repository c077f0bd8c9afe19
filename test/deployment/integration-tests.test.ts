import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssemblyStack, readAssembly } from '../../simulator/assembly';
import { DEFAULT_SCENARIO } from '../../simulator/scenario';
import { Ended, Simulation, startSimulation } from '../../simulator/simulation';
import { TemplateJson } from '../template-graph';

/*
 * The stacks that wait for an AWS account in `test/integ`, as far as the simulator can play them: it knows no backup jobs, so the recovery
 * point is simply there.
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
    simulation ??= await startSimulation({ environment: stack.environment, scenario: DEFAULT_SCENARIO });
    ended.push(await simulation.deploy(withoutBackupJob(stack)));
  }
  return ended;
}

function withoutBackupJob(stack: AssemblyStack): AssemblyStack {
  const isAsked = (value: { 'Fn::GetAtt'?: string[] } | null) => value?.['Fn::GetAtt']?.[1] === 'RecoveryPointArn';
  const template = JSON.parse(stack.template, (_, value) => isAsked(value) ? RECOVERY_POINT : value) as TemplateJson;
  delete template.Resources[Object.keys(template.Resources).find(id => /^SourceBackup.{8}$/.test(id))!];
  return { ...stack, template: JSON.stringify(template) };
}

const recoveryPoint = (arn?: string) => simulation!.aws.backup.allRecoveryPoints().find(point => point.arn === arn);

async function deletion(): Promise<string> {
  simulation!.aws.backup.vanish(RECOVERY_POINT);
  return (await simulation!.delete()).status;
}

it('integ.copy makes one copy, changes its lifecycle in place, and leaves none', async () => {
  const [created, updated, ...more] = await play('copy');
  expect(more).toEqual([]);
  expect([created.status, updated.status]).toEqual(['CREATE_COMPLETE', 'UPDATE_COMPLETE']);
  const [{ destinationRecoveryPointArn }, ...others] = simulation!.aws.backup.copyJobs();
  expect(others).toEqual([]);
  expect(recoveryPoint(destinationRecoveryPointArn)).toMatchObject({ status: 'COMPLETED', lifecycle: { DeleteAfterDays: 8 } });
  expect(await deletion()).toBe('DELETE_COMPLETE');
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
  expect(await deletion()).toBe('DELETE_COMPLETE');
  const copies = simulation!.aws.backup.copyJobs().map(job => recoveryPoint(job.destinationRecoveryPointArn)?.status);
  expect(copies).toEqual(['DELETED', 'DELETED', 'DELETED']);
});

it('integ.policies needs no copy', async () => {
  const ended = await play('policies');
  expect(ended.map(({ status }) => status)).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
  expect(ended.flatMap(({ copyJobs }) => copyJobs)).toEqual([]);
});
