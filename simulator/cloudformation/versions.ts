import { ResourceState } from './stack-state';

/** A resource as it was at some time of an operation. */
export interface Version {
  readonly logicalId: string;
  readonly resource: ResourceState;
}

/** Every physical resource found or made since the stack was last complete. */
export class Versions {
  constructor(private readonly versions: Version[]) {}

  add(logicalId: string, resource: ResourceState): void {
    this.versions.push({ logicalId, resource });
  }

  clear(): void {
    this.versions.length = 0;
  }

  /** What was found when the resource was first touched. */
  original(logicalId: string): ResourceState | undefined {
    return this.versions.find(version => version.logicalId === logicalId)?.resource;
  }

  /** Those whose place another one has taken: one for each physical id, as it last was. */
  superseded(resources: Readonly<Record<string, ResourceState>>): Version[] {
    const replaced = this.versions.filter(({ logicalId, resource: { physicalId } }) =>
      logicalId in resources && physicalId !== resources[logicalId].physicalId);
    return [...new Map(replaced.map(version => [`${version.logicalId} ${version.resource.physicalId}`, version])).values()];
  }
}
