import { inOrder } from './dependencies';
import { Failures } from './failures';
import { ResourceContext } from './resource-type';
import { resourceType } from './resource-types';
import { ResourceState, StackState } from './stack-state';
import { Version } from './versions';

/** A deletion that is due, and the policy that may forbid it. */
export interface Deletion extends Version {
  readonly policy: string;
}

/** Deletes resources of a stack, those that depend on others first. */
export class Deletions {
  private readonly failures = new Failures();

  constructor(
    private readonly state: StackState,
    private readonly contextOf: (logicalId: string) => ResourceContext,
    private readonly report: (logicalId: string, resource: ResourceState, status: string, reason?: string) => void,
  ) {}

  /** Deletes what it can: a failure spares only what the resource depends on. Returns the reason when something failed. */
  async run(due: readonly Deletion[]): Promise<string | undefined> {
    const keys = due.map((_deletion, index) => String(index));
    const dependents = (key: string): string[] => {
      const { logicalId } = due[Number(key)];
      return keys.filter(other => due[Number(other)].logicalId !== logicalId && due[Number(other)].resource.dependsOn.includes(logicalId));
    };
    await inOrder(keys, dependents, key => this.delete(due[Number(key)]));
    return this.failures.describe();
  }

  private async delete({ logicalId, resource, policy }: Deletion): Promise<boolean> {
    if (policy === 'Retain' || policy === 'RetainExceptOnCreate') return this.done(logicalId, resource, 'DELETE_SKIPPED');
    this.mark(logicalId, resource, 'DELETE_IN_PROGRESS');
    try {
      await resourceType(resource.type).delete(logicalId, resource, this.contextOf(logicalId));
    } catch (error) {
      this.failures.add('delete', logicalId);
      this.mark(logicalId, resource, 'DELETE_FAILED', (error as Error).message);
      return false;
    }
    return this.done(logicalId, resource, 'DELETE_COMPLETE');
  }

  private done(logicalId: string, resource: ResourceState, status: string): boolean {
    if (this.isCurrent(logicalId, resource)) delete this.state.resources[logicalId];
    this.report(logicalId, resource, status);
    return true;
  }

  private mark(logicalId: string, resource: ResourceState, status: string, reason?: string): void {
    if (this.isCurrent(logicalId, resource)) this.state.resources[logicalId] = { ...this.state.resources[logicalId], status };
    this.report(logicalId, resource, status, reason);
  }

  private isCurrent(logicalId: string, { physicalId }: ResourceState): boolean {
    return this.state.resources[logicalId]?.physicalId === physicalId;
  }
}
