import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, StackProps } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { readAssembly } from '../../simulator/assembly';
import { parseScenario } from '../../simulator/scenario';
import { deploy, destroy, Ended, SimulationState } from '../../simulator/simulation';
import { OneTimeCopyJob, OneTimeCopyJobProps } from '../../src';

export const SNAPSHOT = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
export const JOB_TYPE = 'Custom::AWSBackupOneTimeCopyJob';

/** What a scenario file may say. */
export type ScenarioInput = Record<string, unknown>;

/** A stack's history on the simulator: one operation after the other, each with a scenario of its own. */
export class Deployment {
  private state?: SimulationState;
  private readonly folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  private operations = 0;

  constructor(private readonly props: StackProps = { env: { account: '111122223333', region: 'us-east-1' } }) {
    folders.push(this.folder);
  }

  /** Synthesizes an app with the one stack, and creates or updates that on the simulator. */
  async deploy(build: (stack: Stack) => void, scenario: ScenarioInput = {}): Promise<Ended> {
    const outdir = join(this.folder, String(++this.operations));
    const app = new App({ outdir });
    build(new Stack(app, 'Stack', this.props));
    app.synth();
    return this.remember(deploy({ stack: readAssembly(outdir)[0], scenario: parse(scenario), state: this.state }));
  }

  async delete(scenario: ScenarioInput = {}): Promise<Ended> {
    return this.remember(destroy({ scenario: parse(scenario), state: this.state! }));
  }

  private async remember(operation: Promise<Ended>): Promise<Ended> {
    const ended = await operation;
    this.state = ended.state;
    return ended;
  }
}

const folders: string[] = [];

afterAll(() => folders.splice(0).forEach(folder => rmSync(folder, { recursive: true, force: true })));

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
