import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CfnParameter, CfnResource, Duration, NestedStack, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Role } from 'aws-cdk-lib/aws-iam';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Assets, AssemblyStack, readAssembly } from '../../simulator/assembly';
import { OneTimeCopyJob, OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';
import { KnownAssets } from '../known-assets';

/** What a stack is deployed with: one copy, perhaps, and a neighbour. */
export interface Setting {
  readonly hasCopy: boolean;
  /** The construct's. */
  readonly id: 'Copy' | 'Renamed';
  /** In a nested stack of the same id as the group. */
  readonly place: 'stack' | 'group' | 'nested';
  readonly logicalId: 'derived' | 'other';
  readonly point: 'A' | 'B' | 'C';
  /** Whether the template knows the recovery point, or only the deployment. */
  readonly pointIs: 'literal' | 'parameter';
  /** Two Regions of the stack's account, and another account. */
  readonly destination: 'dublin' | 'frankfurt' | 'elsewhere';
  readonly lifecycle: keyof typeof LIFECYCLES;
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
  /** One template may be deployed under two names. */
  readonly stackName: StackName;
}

export type StackName = 'Stack' | 'Twin';

/** What of a copy's life is asked for. A snapshot moves to cold storage only when it is opted in, so AWS Backup ignores that. */
const LIFECYCLES = {
  none: {},
  month: { deleteAfter: Duration.days(30) },
  months: { deleteAfter: Duration.days(60) },
  cold: { moveToColdStorageAfter: Duration.days(30), deleteAfter: Duration.days(200) },
  never: { removeLifecycle: true },
} satisfies Record<string, Partial<OneTimeCopyJobProps>>;

/** How long a copy with that setting is asked to live, in days; undefined when nothing says. */
export function daysAsked({ lifecycle }: Setting): number | undefined {
  const { deleteAfter }: Partial<OneTimeCopyJobProps> = LIFECYCLES[lifecycle];
  return deleteAfter?.toDays();
}

export const NEIGHBOUR = 'Stack/Neighbour';

const POINTS = { A: 'snap-0aaaaaaaaaaaaaaaa', B: 'snap-0bbbbbbbbbbbbbbbb', C: 'snap-0cccccccccccccccc' };
const ACCOUNT = '111122223333';
const DESTINATIONS = { dublin: `eu-west-1:${ACCOUNT}`, frankfurt: `eu-central-1:${ACCOUNT}`, elsewhere: 'eu-west-1:444455556666' };
const DEFAULT_MINUTES = 55;

/** Stands in the template for what is another at every deployment. */
const REVISION = 'REVISION';

export function pointArn({ point }: Pick<Setting, 'point'>): string {
  return `arn:aws:ec2:us-east-1::snapshot/${POINTS[point]}`;
}

export function vaultArn({ destination }: Pick<Setting, 'destination'>): string {
  return `arn:aws:backup:${DESTINATIONS[destination]}:backup-vault:dr`;
}

/** The nearest setting that the construct does not refuse. */
export function allowed(setting: Setting): Setting {
  if (!setting.waits) return { ...setting, policy: 'RETAIN', timeoutMinutes: DEFAULT_MINUTES };
  if (setting.destination === 'elsewhere') return { ...setting, policy: 'RETAIN' };
  return setting.policy === 'DESTROY' ? { ...setting, token: undefined } : setting;
}

/** Whether two settings ask for the same copy by the same resource. */
export function sameCopy(a: Setting | undefined, b: Setting | undefined): boolean {
  return sameContent(a, b) && resourceOf(a!) === resourceOf(b!);
}

/** Whether a copy that one setting made is the one that the other asks for, be it by a resource that was moved. */
export function sameRequest(a: Setting | undefined, b: Setting | undefined): boolean {
  return sameContent(a, b) && a!.policy === b!.policy && a!.lifecycle === b!.lifecycle && ownerOf(a!) === ownerOf(b!);
}

/** Whether two settings ask a stack for a copy of the same to the same vault. */
export function sameContent(a: Setting | undefined, b: Setting | undefined): boolean {
  return !!a?.hasCopy && !!b?.hasCopy && a.stackName === b.stackName && a.point === b.point && a.destination === b.destination && a.token === b.token;
}

/** Under RETAIN a construct, wherever it has been moved; under DESTROY one resource. */
function ownerOf(setting: Setting): string {
  return setting.policy === 'RETAIN' ? pathOf(setting) : resourceOf(setting);
}

function pathOf({ place, id }: Setting): string {
  return place === 'stack' ? id : `Group/${id}`;
}

/** What CloudFormation knows a copy by. */
export function resourceOf(setting: Setting): string {
  return `${setting.place === 'nested' ? 'Nested/' : ''}${setting.logicalId === 'other' ? OTHER_LOGICAL_ID : pathOf(setting)}`;
}

function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

export const OTHER_LOGICAL_ID = 'Other';

/** A soak asks for tens of thousands. */
const MOST_KNOWN = 500;

/** Lends templates to the work. */
export async function withTemplates<T>(work: (templates: Templates) => Promise<T>, otherAssets?: (assets: Assets) => Assets): Promise<T> {
  const templates = new Templates(otherAssets);
  try {
    return await work(templates);
  } finally {
    templates.remove();
  }
}

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
    // What is only text in the template takes the place of another text.
    const role = setting.role === 'other' ? 'backup' : setting.role;
    const pattern: Setting = { ...setting, point: 'A', role, stackName: 'Stack' };
    const key = JSON.stringify(Object.entries(pattern).sort());
    const stack = this.known.get(key) ?? this.synthesize(pattern);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(key, stack);
    const specific = (text: string) => text.replaceAll(POINTS.A, POINTS[setting.point]).replaceAll(roleArn('backup'), roleArn(setting.role));
    const nested = this.nestedTemplates(stack.assets, specific);
    const template = nested.reduce((text, { hash, newHash }) => text.replaceAll(hash, newHash), specific(stack.template));
    return {
      ...stack,
      template: template.replace(REVISION, `revision ${++this.deployments}`),
      assets: { ...stack.assets, ...Object.fromEntries(nested.map(each => [each.key.replace(each.hash, each.newHash), each.file])) },
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The templates of nested stacks, which are files under a name by what is in them. */
  private nestedTemplates(assets: Assets, specific: (text: string) => string) {
    return Object.entries(assets).filter(([, path]) => path.endsWith('.nested.template.json')).map(([key, path]) => {
      const text = specific(readFileSync(path, 'utf8'));
      const [, hash] = /([0-9a-f]{64})\.json$/.exec(key)!;
      const newHash = createHash('sha256').update(text).digest('hex');
      const file = join(this.folder, `${newHash}.nested.template.json`);
      writeFileSync(file, text);
      return { key, hash, newHash, file };
    });
  }

  private synthesize(setting: Setting): AssemblyStack {
    const outdir = join(this.folder, String(++this.assemblies));
    const app = new App({ outdir });
    build(new Stack(app, 'Stack', { env: { account: ACCOUNT, region: 'us-east-1' } }), setting);
    app.synth();
    const [read] = readAssembly(outdir);
    const stack = this.assets.of(read);
    const isNew = Object.values(stack.assets).some(path => path.startsWith(`${outdir}/`) && !path.endsWith('/Stack.template.json'));
    if (!isNew) rmSync(outdir, { recursive: true });
    return { ...stack, assets: this.otherAssets(stack.assets) };
  }
}

function build(stack: Stack, setting: Setting): void {
  const neighbour = new CfnTopic(stack, 'Neighbour', { displayName: REVISION });
  OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.seconds(setting.pollSeconds) });
  if (!setting.hasCopy) return;
  const { id, place, logicalId, policy, deletesAll, role, waits, token, lifecycle, timeoutMinutes, pointIs } = setting;
  const scope = { stack: () => stack, group: () => new Construct(stack, 'Group'), nested: () => new NestedStack(stack, 'Group') }[place]();
  const copy = new OneTimeCopyJob(scope, id, {
    recoveryPointArn: pointIs === 'literal' ? pointArn(setting) : new CfnParameter(stack, 'Point', { default: pointArn(setting) }).valueAsString,
    sourceBackupVault: BackupVault.fromBackupVaultName(scope, 'Source', 'prod'),
    destinationBackupVault: BackupVault.fromBackupVaultArn(scope, 'Destination', vaultArn(setting)),
    role: role === 'stack' ? undefined : Role.fromRoleArn(scope, 'Role', roleArn(role)),
    timeout: timeoutMinutes === DEFAULT_MINUTES ? undefined : Duration.minutes(timeoutMinutes),
    removalPolicy: RemovalPolicy[policy],
    waitForCompletion: waits,
    idempotencyToken: token,
    ...LIFECYCLES[lifecycle],
  });
  if (logicalId === 'other') (copy.node.defaultChild as CfnResource).overrideLogicalId(OTHER_LOGICAL_ID);
  if (deletesAll) RemovalPolicies.of(stack).destroy();
  if (setting.neighbour === 'behind') neighbour.node.addDependency(copy);
  if (waits) new CfnOutput(stack, 'Arn', { value: copy.destinationRecoveryPointArn });
}
