import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, StackProps } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { AssemblyStack, stacksOf } from '../../simulator/assembly';
import { CopyJobRecord } from '../../simulator/backup/copy-job';
import { RecoveryPoint } from '../../simulator/backup/recovery-points';
import { RequestRecord, requestRecord } from '../../simulator/cloudformation/request-record';
import { Machine, startMachine } from '../../simulator/machine';
import { parseScenario } from '../../simulator/scenario';
import { logicalIdOf } from '../../simulator/scenario/logical-ids';
import { DeployOptions, Ended, Simulation, startSimulation } from '../../simulator/simulation';
import { OneTimeCopyJob, OneTimeCopyJobProps } from '../../src';
import { KnownAssets } from '../known-assets';

export const SNAPSHOT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
export const JOB_TYPE = 'Custom::AWSBackupOneTimeCopyJob';

/** What the tests of a file share, so that function processes need not be started for each: assets, and machines not in use. */
const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
const machines: Machine[] = [];
const assets = new KnownAssets();
let assemblies = 0;
/** What a build was synthesized to, by the stack's props: most stories begin with a stack that another one has, too. */
const synthesized = new WeakMap<(stack: Stack) => void, Map<string, AssemblyStack>>();

/** What a scenario file may say. */
export type ScenarioInput = object;

/** A stack's history in one simulated AWS: one operation after the other, each with a scenario of its own. It ends with the test that made it. */
export class Deployment {
  private simulation?: Simulation;
  private machine?: Machine;
  private closed = false;

  constructor(private readonly props: StackProps = { env: { account: '111122223333', region: 'us-east-1' } }) {
    open.push(this);
  }

  /** Synthesizes an app with the one stack, and creates or updates that. The first scenario's seed is that of all. */
  async deploy(build: (stack: Stack) => void, scenario: ScenarioInput = {}, options: DeployOptions = {}): Promise<Ended> {
    this.refuseWhenClosed();
    const stack = synthesize(build, this.props);
    this.machine ??= machines.pop() ?? await startMachine();
    this.simulation ??= await startSimulation({ environment: stack.environment, scenario: parse(scenario), machine: this.machine });
    return this.simulation.deploy(stack, parse(scenario), options);
  }

  /** Of the stack of that name, or of the one that was deployed last. */
  async delete(scenario: ScenarioInput = {}, stackName?: string): Promise<Ended> {
    this.refuseWhenClosed();
    return this.running.delete(parse(scenario), stackName);
  }

  /** Goes on with a rollback that failed, past resources by construct path; or takes back a stack that was kept as it failed. */
  async rollBack(skip: readonly string[] = [], scenario: ScenarioInput = {}): Promise<Ended> {
    this.refuseWhenClosed();
    return this.running.rollBack(parse(scenario), skip);
  }

  /** Lets time pass; tells what went on meanwhile. */
  async advance(seconds: number): Promise<Ended> {
    this.refuseWhenClosed();
    return this.running.advance(seconds);
  }

  /** Every recovery point ever seen, deleted ones too, as it is now. */
  recoveryPoints(): RecoveryPoint[] {
    return this.running.aws.backup.allRecoveryPoints();
  }

  /** Every job ever started, forgotten ones too. */
  copyJobs(): CopyJobRecord[] {
    return this.running.aws.backup.copyJobs();
  }

  /** Everything ever sent to custom resources and how it was answered until now. */
  requests(): RequestRecord[] {
    return this.running.aws.customResources.correspondence.map(requestRecord);
  }

  /** The physical id of a resource, by its logical id or construct path. */
  physicalId(resource: string): string | undefined {
    const { stack: { resources }, paths } = this.running.state();
    const id = logicalIdOf(resource, { ...Object.fromEntries(Object.keys(resources).map(key => [key, undefined])), ...paths });
    return id === undefined ? undefined : resources[id]?.physicalId;
  }

  /** Somebody else makes a recovery point go away. */
  vanish(recoveryPointArn: string): void {
    this.running.aws.backup.vanish(recoveryPointArn);
  }

  /** AWS Backup's history of jobs loses this one. */
  forgetCopyJob(copyJobId: string): void {
    this.running.aws.backup.forgetCopyJob(copyJobId);
  }

  /** AWS Backup forgets every idempotency token that it has seen. */
  forgetTokens(): void {
    this.running.aws.backup.forgetTokens();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.simulation?.close();
    if (this.machine) machines.push(this.machine);
  }

  private refuseWhenClosed(): void {
    if (this.closed) throw new Error('This deployment has ended with the test that made it.');
  }

  private get running(): Simulation {
    if (!this.simulation) throw new Error('Nothing has been deployed yet.');
    return this.simulation;
  }
}

const open: Deployment[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(async deployment => deployment.close()));
});

afterAll(async () => {
  await Promise.all(machines.map(async machine => machine.close()));
  rmSync(folder, { recursive: true, force: true });
});

function synthesize(build: (stack: Stack) => void, props: StackProps): AssemblyStack {
  const known = synthesized.get(build) ?? new Map<string, AssemblyStack>();
  synthesized.set(build, known);
  const key = JSON.stringify(props);
  let stack = known.get(key);
  if (!stack) {
    // What nobody deploys takes its time.
    const app = new App({ outdir: join(folder, String(++assemblies)), treeMetadata: false, analyticsReporting: false });
    build(new Stack(app, 'Stack', props));
    stack = assets.of(stacksOf(app.synth())[0]);
    known.set(key, stack);
  }
  return stack;
}

/** A job from the vault `prod` to the vault `dr` in Ireland. */
export function copyJob(stack: Stack, props: Partial<OneTimeCopyJobProps> = {}, id = 'Copy'): OneTimeCopyJob {
  return new OneTimeCopyJob(stack, id, {
    recoveryPointArn: SNAPSHOT,
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, `${id}Source`, 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultArn(stack, `${id}Destination`, 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'),
    ...props,
  });
}

/** The reason of the first resource that failed. */
export function failureReason({ events }: Ended): string {
  return events.find(event => event.status.endsWith('_FAILED') && event.type !== 'AWS::CloudFormation::Stack')?.reason ?? '';
}

function parse(scenario: ScenarioInput) {
  return parseScenario(JSON.stringify(scenario), 'test.json');
}
