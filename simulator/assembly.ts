import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';

/** Where a stack is deployed. */
export interface Environment {
  readonly account: string;
  readonly region: string;
}

/** What published assets lie under: `bucket/key` -> file or folder on this machine. */
export type Assets = Readonly<Record<string, string>>;

/** One stack of a cloud assembly. */
export interface AssemblyStack {
  readonly name: string;
  /** How `cdk` names it: with its stages in front. */
  readonly displayName: string;
  readonly environment: Environment;
  /** The template as text, exactly as synthesized. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly assets: Assets;
  /** Construct path of each resource by logical id. */
  readonly paths: Readonly<Record<string, string>>;
}

/** By construct path. */
type Metadata = Readonly<Record<string, ReadonlyArray<{ readonly type: string; readonly data?: unknown }>>>;

const DEFAULT_ENVIRONMENT: Environment = { account: '111122223333', region: 'us-east-1' };

/** The stacks that a synthesized app holds, those of stages too, each after those that it depends on. */
export function readAssembly(directory: string): AssemblyStack[] {
  if (!existsSync(join(directory, 'manifest.json'))) throw new Error(`${directory} is no cloud assembly: it has no manifest.json.`);
  return stacksOf(open(directory));
}

/** The stacks of an assembly that has been read. */
export function stacksOf(assembly: CloudAssembly): AssemblyStack[] {
  const assemblies = [assembly];
  for (const { nestedAssemblies } of assemblies) assemblies.push(...nestedAssemblies.map(({ fullPath }) => open(fullPath)));
  return assemblies.flatMap(({ stacks }) => stacks.map(readStack));
}

/** A newer aws-cdk-lib writes a newer schema, which this one would refuse. */
function open(directory: string): CloudAssembly {
  return new CloudAssembly(directory, { skipVersionCheck: true });
}

/** The stack of that name; without a name the only one. */
export function selectStack(stacks: readonly AssemblyStack[], name?: string): AssemblyStack {
  const names = stacks.map(stack => stack.displayName).join(', ');
  const found = stacks.filter(stack => name === undefined || name === stack.displayName || name === stack.name);
  if (found.length === 1) return found[0];
  if (stacks.length === 0) throw new Error('The cloud assembly holds no stack.');
  if (found.length === 0) throw new Error(`No stack is named ${name}. There are: ${names}.`);
  throw new Error(`There is more than one stack: name one with --stack. There are: ${names}.`);
}

function readStack(artifact: CloudFormationStackArtifact): AssemblyStack {
  const { account, region } = artifact.environment;
  const environment = {
    account: account === 'unknown-account' ? DEFAULT_ENVIRONMENT.account : account,
    region: region === 'unknown-region' ? DEFAULT_ENVIRONMENT.region : region,
  };
  return {
    name: artifact.stackName,
    displayName: artifact.hierarchicalId,
    environment,
    template: readFileSync(artifact.templateFullPath, 'utf8'),
    parameters: artifact.parameters,
    assets: readAssets(artifact, environment),
    paths: readPaths(artifact),
  };
}

function readAssets(artifact: CloudFormationStackArtifact, environment: Environment): Assets {
  const manifests = artifact.dependencies.filter(AssetManifestArtifact.isAssetManifestArtifact);
  const files = manifests.flatMap(manifest => Object.values(manifest.contents.files ?? {}));
  return Object.fromEntries(files.flatMap(file => {
    if (!file.source.path) return [];
    const path = join(artifact.assembly.directory, file.source.path);
    return Object.values(file.destinations).map(destination => [fill(`${destination.bucketName}/${destination.objectKey}`, environment), path]);
  }));
}

function readPaths(artifact: CloudFormationStackArtifact): Record<string, string> {
  return Object.fromEntries(Object.entries(readMetadata(artifact)).flatMap(([path, entries]) => entries
    .filter(({ type }) => type === 'aws:cdk:logicalId')
    .map(({ data }) => [String(data), path.slice(1)])));
}

/** A newer aws-cdk-lib writes it to a file of its own. */
function readMetadata({ assembly, manifest }: CloudFormationStackArtifact): Metadata {
  const { metadata, additionalMetadataFile: file } = manifest as { metadata?: Metadata; additionalMetadataFile?: string };
  return { ...metadata, ...file && JSON.parse(readFileSync(join(assembly.directory, file), 'utf8')) as Metadata };
}

function fill(text: string, { account, region }: Environment): string {
  return text.replaceAll('${AWS::AccountId}', account).replaceAll('${AWS::Region}', region).replaceAll('${AWS::Partition}', 'aws');
}
