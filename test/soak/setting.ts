import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role } from 'aws-cdk-lib/aws-iam';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { Assets, AssemblyStack, readAssembly } from '../../simulator/assembly';
import { OneTimeCopyJob, OneTimeCopyJobProvider } from '../../src';
import { KnownAssets } from '../known-assets';

/** What a stack is deployed with: one copy, perhaps, and a neighbour. */
export interface Setting {
  readonly hasCopy: boolean;
  /** The construct's. */
  readonly id: 'Copy' | 'Renamed';
  readonly point: 'A' | 'B' | 'C';
  readonly destination: 'dublin' | 'frankfurt';
  readonly deleteAfterDays?: number;
  readonly timeoutMinutes: number;
  readonly policy: 'RETAIN' | 'DESTROY';
  /** Whether the app lets CloudFormation delete everything, which it has no part in deciding for a copy. */
  readonly deletesAll: boolean;
  /** Two roles that no stack owns, and the stack's own. */
  readonly role: 'backup' | 'other' | 'stack';
  readonly waits: boolean;
  readonly token?: string;
  readonly pollSeconds: number;
  /** Whether the neighbour is made at the same time as the copy, or after it. */
  readonly neighbour: 'beside' | 'behind';
}

export const NEIGHBOUR = 'Stack/Neighbour';

const POINTS = { A: 'snap-0aaaaaaaaaaaaaaaa', B: 'snap-0bbbbbbbbbbbbbbbb', C: 'snap-0cccccccccccccccc' };
const REGIONS = { dublin: 'eu-west-1', frankfurt: 'eu-central-1' };
const ACCOUNT = '111122223333';
const DEFAULT_MINUTES = 55;

/** Stands in the template for what is another at every deployment. */
const REVISION = 'REVISION';

export function pointArn({ point }: Pick<Setting, 'point'>): string {
  return `arn:aws:ec2:us-east-1::snapshot/${POINTS[point]}`;
}

export function vaultArn({ destination }: Pick<Setting, 'destination'>): string {
  return `arn:aws:backup:${REGIONS[destination]}:${ACCOUNT}:backup-vault:dr`;
}

/** The nearest setting that the construct does not refuse. */
export function allowed(setting: Setting): Setting {
  if (!setting.waits) return { ...setting, policy: 'RETAIN', timeoutMinutes: DEFAULT_MINUTES };
  return setting.policy === 'DESTROY' ? { ...setting, token: undefined } : setting;
}

/** Whether two settings ask for the same copy. */
export function sameCopy(a: Setting | undefined, b: Setting | undefined): boolean {
  return !!a?.hasCopy && !!b?.hasCopy && a.id === b.id && a.point === b.point && a.destination === b.destination && a.token === b.token;
}

/** A soak asks for tens of thousands. */
const MOST_KNOWN = 500;

/** Synthesizes stacks, and remembers some. */
export class Templates {
  private readonly known = new Map<string, AssemblyStack>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'soak-'));
  private readonly assets = new KnownAssets();
  private deployments = 0;
  private assemblies = 0;

  /** @param otherAssets what to run in an asset's place */
  constructor(private readonly otherAssets: (assets: Assets) => Assets = assets => assets) {}

  /** A template that differs from every other one at least in the neighbour. */
  of(setting: Setting): AssemblyStack {
    const key = JSON.stringify(Object.entries(setting).sort());
    const stack = this.known.get(key) ?? this.synthesize(setting);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(key, stack);
    return { ...stack, template: stack.template.replace(REVISION, `revision ${++this.deployments}`) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private synthesize(setting: Setting): AssemblyStack {
    const outdir = join(this.folder, String(++this.assemblies));
    const app = new App({ outdir });
    build(new Stack(app, 'Stack', { env: { account: ACCOUNT, region: 'us-east-1' } }), setting);
    app.synth();
    const [read] = readAssembly(outdir);
    const stack = this.assets.of(read);
    const isNew = Object.keys(read.assets).some(key => !key.endsWith('.json') && read.assets[key] === stack.assets[key]);
    if (!isNew) rmSync(outdir, { recursive: true });
    return { ...stack, assets: this.otherAssets(stack.assets) };
  }
}

function build(stack: Stack, setting: Setting): void {
  const neighbour = new CfnTopic(stack, 'Neighbour', { displayName: REVISION });
  OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.seconds(setting.pollSeconds) });
  if (!setting.hasCopy) return;
  const { id, policy, deletesAll, role, waits, token, deleteAfterDays, timeoutMinutes } = setting;
  const copy = new OneTimeCopyJob(stack, id, {
    recoveryPointArn: pointArn(setting),
    sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Destination', vaultArn(setting)),
    role: role === 'stack' ? undefined : Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/${role}`),
    deleteAfter: deleteAfterDays === undefined ? undefined : Duration.days(deleteAfterDays),
    timeout: timeoutMinutes === DEFAULT_MINUTES ? undefined : Duration.minutes(timeoutMinutes),
    removalPolicy: RemovalPolicy[policy],
    waitForCompletion: waits,
    idempotencyToken: token,
  });
  if (deletesAll) RemovalPolicies.of(stack).destroy();
  if (setting.neighbour === 'behind') neighbour.node.addDependency(copy);
  if (waits) new CfnOutput(stack, 'Arn', { value: copy.destinationRecoveryPointArn });
}
