import { FailingResource } from '../scenario';
import { Cancellation } from './cancellation';
import { Cloud, placeOf } from './cloud';
import { Deletions } from './deletions';
import { Dependencies, dependenciesOf, inOrder } from './dependencies';
import { ResourceFailure } from './errors';
import { Failures } from './failures';
import { generatedName } from './names';
import { newStack, prepareFromAsset } from './new-stack';
import { Place } from './place';
import { NestedStack, Outcome, ResourceContext, ResourceRequest } from './resource-type';
import { resourceType } from './resource-types';
import { noteView } from './resource-views';
import { deployedAttribute, scopeOf } from './scope';
import { Blueprint, ResourceState, StackState } from './stack-state';
import { Properties, resolve, Scope } from './template';
import { Versions } from './versions';

/** One operation on a stack, in phases. A phase that fails returns the reason. */
export class Stack implements NestedStack {
  private readonly versions: Versions;
  /** What to go back to. */
  private readonly previous: Blueprint;
  private dependencies: Dependencies = new Map();
  private cancellation = new Cancellation();
  /** Kept from phase to phase. */
  private readonly nested = new Map<string, Stack>();

  constructor(readonly state: StackState, private readonly cloud: Cloud) {
    this.previous = state.stable ?? state.blueprint;
    this.versions = new Versions(state.versions);
  }

  async create(blueprint: Blueprint): Promise<string | undefined> {
    this.setStatus('CREATE_IN_PROGRESS', 'User Initiated');
    const problem = await this.advance(blueprint);
    if (!problem) this.setStatus('CREATE_COMPLETE');
    else if (this.state.parentId && !this.cloud.noRollback) this.setStatus('CREATE_FAILED', problem);
    return problem;
  }

  /** Undoes `create`: deletes everything but what is always to be retained. */
  async rollBackCreation(problem: string): Promise<string | undefined> {
    this.markRollback();
    this.setStatus('ROLLBACK_IN_PROGRESS', `${problem}Rollback requested by user.`);
    const failure = await this.deleteEverything(deletionPolicyOfNew);
    this.setStatus(failure ? 'ROLLBACK_FAILED' : 'ROLLBACK_COMPLETE', failure);
    return failure;
  }

  /** Forward only: what it replaces and removes stays until `cleanUp`. */
  async update(blueprint: Blueprint): Promise<string | undefined> {
    this.state.updated = this.cloud.clock.now();
    if (!this.state.stable) this.versions.clear();
    this.state.stable = this.previous;
    this.setStatus('UPDATE_IN_PROGRESS', 'User Initiated');
    const problem = await this.advance(blueprint);
    if (!problem) this.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    else if (!this.cloud.noRollback) this.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', problem);
    return problem;
  }

  /** Leaves everything as the failure left it, for the next update to go on from; what failed in an update may go back, one by one. */
  async keep(problem: string): Promise<void> {
    const { rules: { keptReverts } } = this.cloud;
    const isUpdate = this.state.status === 'UPDATE_IN_PROGRESS';
    for (const child of this.nested.values()) {
      if (child.state.status.endsWith('_IN_PROGRESS') && child.state.status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') await child.keep(problem);
    }
    if (isUpdate && keptReverts !== 'never') {
      if (keptReverts !== this.state.status) this.setStatus(keptReverts, problem);
      await this.revertFailed();
    }
    this.setStatus(isUpdate ? 'UPDATE_FAILED' : 'CREATE_FAILED', problem);
  }

  /** Undoes `update`; what that leaves behind stays until `cleanUp`. Skipped resources are taken for what they should be. */
  async rollBack(skipped: readonly string[] = []): Promise<string | undefined> {
    if (this.state.status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS') return undefined;
    this.markRollback();
    if (this.state.status !== 'UPDATE_ROLLBACK_IN_PROGRESS') this.setStatus('UPDATE_ROLLBACK_IN_PROGRESS');
    const failure = await this.goThrough(this.previous, (id, failures) => skipped.includes(id) ? this.skip(id) : this.revert(id, failures));
    this.setStatus(failure ? 'UPDATE_ROLLBACK_FAILED' : 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', failure);
    return failure;
  }

  /** Deletes what `update` or `rollBack` left behind. A deletion that fails is an event and no more. */
  async cleanUp(): Promise<void> {
    const rolledBack = this.state.status.startsWith('UPDATE_ROLLBACK');
    const { Resources: declared } = this.state.blueprint.template;
    const removed = Object.entries(this.state.resources).filter(([id]) => !(id in declared)).map(([logicalId, resource]) => ({
      logicalId, resource, policy: rolledBack ? deletionPolicyOfNew(resource) : resource.deletionPolicy,
    }));
    const superseded = this.versions.superseded(this.state.resources)
      .map(version => ({ ...version, policy: rolledBack ? 'Delete' : version.resource.updateReplacePolicy }));
    await this.deletions().run([...superseded, ...removed]);
    removed.forEach(({ logicalId }) => {
      delete this.state.resources[logicalId];
      noteView(this.state, logicalId, this.cloud.clock.now());
    });
    // Those, too, that an earlier update left behind as it was kept when it failed.
    const children = Object.entries(this.state.resources).flatMap(([id, { stack }]) => (stack ? [this.nestedStack(id, stack)] : []));
    for (const child of children) {
      if (child.state.status.endsWith('_CLEANUP_IN_PROGRESS')) await child.cleanUp();
    }
    this.versions.clear();
    delete this.state.stable;
    this.setStatus(rolledBack ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE');
  }

  async delete(): Promise<string | undefined> {
    this.state.deleted = this.cloud.clock.now();
    this.setStatus('DELETE_IN_PROGRESS', 'User Initiated');
    const failure = await this.deleteEverything(({ deletionPolicy }) => deletionPolicy);
    this.setStatus(failure ? 'DELETE_FAILED' : 'DELETE_COMPLETE', failure);
    return failure;
  }

  cancel(): void {
    this.cancellation.request();
    this.nested.forEach(child => child.cancel());
  }

  get isCancelled(): boolean {
    return this.cancellation.isRequested;
  }

  /** Lets the resources of an earlier run act again. */
  restore(): void {
    for (const [id, resource] of Object.entries(this.state.resources)) resourceType(resource.type).restore(id, resource, this.contextOf(id));
  }

  get place(): Place {
    return placeOf(this.cloud, this.state.name, this.state.id);
  }

  private async advance(blueprint: Blueprint): Promise<string | undefined> {
    return this.goThrough(blueprint, (id, failures) => this.step(id, failures));
  }

  /** Takes every resource of the blueprint through `step`, then resolves the outputs. */
  private async goThrough(blueprint: Blueprint, step: (id: string, failures: Failures) => Promise<boolean>): Promise<string | undefined> {
    this.state.blueprint = blueprint;
    this.dependencies = dependenciesOf(blueprint.template);
    this.cancellation = new Cancellation();
    const failures = new Failures();
    await inOrder(Object.keys(blueprint.template.Resources), id => this.dependencies.get(id)!, id => step(id, failures));
    return failures.describe() ?? (this.cancellation.isRequested ? 'Operation cancelled. ' : this.setOutputs());
  }

  /** Creates or updates one resource; tells whether those that depend on it may follow. */
  private async step(id: string, failures: Failures): Promise<boolean> {
    const current = await this.standing(id);
    return this.attempt(id, current ? 'update' : 'create', failures, async () => {
      const request = this.requestOf(id);
      if (current && !isFailed(current) && same(request.properties, current.properties)) {
        this.state.resources[id] = { ...current, ...this.declarationOf(id) };
        return undefined;
      }
      this.start(request, current);
      const failure = this.cloud.failure(id);
      if (failure) return this.failAsAsked(failure);
      const type = resourceType(request.type);
      if (!current) return type.create(request, this.contextOf(id));
      const { stableProperties = current.properties } = current;
      const known = this.cloud.rules.failedUpdates === 'stable' ? { ...current, properties: stableProperties } : current;
      return type.update(request, known, this.contextOf(id));
    });
  }

  /** The resource to update. One whose creation failed is none: it is deleted now, or with what the update leaves behind. */
  private async standing(id: string): Promise<ResourceState | undefined> {
    const current = this.state.resources[id];
    if (current?.status !== 'CREATE_FAILED' || current.stack) return current;
    const { deletionPolicy: policy, type } = current;
    // What has a name of its own, as a role's policy, could not be made beside it.
    if (this.cloud.rules.failedCreations === 'cleanedUp' && resourceType(type).kind === 'custom') this.versions.add(id, current);
    else await this.deletions().run([{ logicalId: id, resource: current, policy }]);
    delete this.state.resources[id];
    return undefined;
  }

  /** Takes one resource back to what it was before the update. */
  private async revert(id: string, failures: Failures): Promise<boolean> {
    const current = this.state.resources[id];
    // The creation to go back to had failed, and was kept, before it came to this one.
    if (!current) return true;
    return this.attempt(id, 'update', failures, async () => {
      const request = this.requestOf(id);
      const original = this.versions.original(id);
      if (!original && !isFailed(current) && same(request.properties, current.properties)) {
        this.state.resources[id] = { ...current, ...this.declarationOf(id) };
        return undefined;
      }
      this.start(request, current);
      return resourceType(request.type).rollBack(request, current, original ?? current, this.contextOf(id));
    });
  }

  private async revertFailed(): Promise<void> {
    const { template } = this.state.blueprint;
    const failed = Object.keys(template.Resources).filter(id => this.state.resources[id]?.status === 'UPDATE_FAILED' && !this.state.resources[id].stack);
    this.cancellation = new Cancellation();
    for (const id of failed) {
      const current = this.state.resources[id];
      const original = this.versions.original(id);
      await this.attempt(id, 'update', new Failures(), async () => {
        const request = { logicalId: id, type: current.type, properties: original!.properties };
        this.start(request, current);
        return resourceType(request.type).rollBack(request, current, original!, this.contextOf(id));
      });
    }
  }

  private async skip(id: string): Promise<boolean> {
    this.state.resources[id] = { ...this.state.resources[id], ...this.requestOf(id), ...this.declarationOf(id) };
    this.report(id, 'UPDATE_COMPLETE');
    return true;
  }

  private markRollback(): void {
    if (this.cloud.rules.rollbackSetsLastUpdatedTime) this.state.updated = this.cloud.clock.now();
  }

  private async attempt(id: string, verb: 'create' | 'update', failures: Failures, work: () => Promise<Outcome | undefined>): Promise<boolean> {
    if (this.cancellation.isRequested) return false;
    const { kind } = resourceType(this.state.blueprint.template.Resources[id].Type);
    const running = work().catch((error: Error) => error);
    const first = await Promise.race([running, this.cancellation.requested]);
    if (kind === 'custom' && (first === 'cancelled' || first instanceof Error)) this.makeUpId(id);
    if (first === 'cancelled') this.report(id, `${verb.toUpperCase()}_FAILED`, `Resource ${verb === 'create' ? 'creation' : verb} cancelled`);
    // What CloudFormation itself does is waited for; what a custom resource answers now, nobody hears.
    const result = first === 'cancelled' ? (kind === 'custom' ? undefined : await running) : first;
    if (result instanceof Error) this.fail(id, result, first === 'cancelled' ? undefined : `${verb.toUpperCase()}_FAILED`);
    else if (result) this.finish(id, result, first === 'cancelled' ? undefined : `${verb.toUpperCase()}_COMPLETE`);
    if (first !== 'cancelled' && !(first instanceof Error)) return true;
    if (verb === 'create' && kind === 'plain' && result instanceof Error) delete this.state.resources[id];
    failures.add(verb, id);
    this.cancel();
    return false;
  }

  /** A custom resource that has not told its id gets one from CloudFormation, to be deleted by. */
  private makeUpId(logicalId: string): void {
    const resource = this.state.resources[logicalId];
    if (resource?.physicalId === '') this.state.resources[logicalId] = { ...resource, physicalId: generatedName({ logicalId }, this.place) };
  }

  private start(request: ResourceRequest, current: ResourceState | undefined): void {
    const { logicalId: id, type, properties } = request;
    if (current) this.versions.add(id, current);
    const stable = current && { stableProperties: current.stableProperties ?? current.properties };
    this.state.resources[id] = { physicalId: '', attributes: {}, ...current, ...stable, type, properties, status: '', ...this.declarationOf(id) };
    this.report(id, `${current ? 'UPDATE' : 'CREATE'}_IN_PROGRESS`);
  }

  private finish(id: string, outcome: Outcome, status: string | undefined): void {
    const { physicalId, attributes, stack } = outcome;
    const { stableProperties: _stable, ...resource } = this.state.resources[id];
    this.state.resources[id] = { ...resource, physicalId, attributes, stack };
    this.versions.add(id, this.state.resources[id]);
    if (status) this.report(id, status);
  }

  private fail(id: string, error: Error, status: string | undefined): void {
    const resource = this.state.resources[id];
    if (resource && error instanceof ResourceFailure && error.physicalId !== undefined) {
      this.state.resources[id] = { ...resource, physicalId: error.physicalId };
    }
    if (status) this.report(id, status, error.message);
  }

  private async failAsAsked({ afterSeconds }: FailingResource): Promise<never> {
    await this.cloud.clock.sleep(afterSeconds === undefined ? 1_000 + Math.floor(this.cloud.random() * 4_000) : afterSeconds * 1_000);
    throw new ResourceFailure('Resource handler returned message: "The scenario lets this resource fail." (HandlerErrorCode: GeneralServiceException)');
  }

  private async deleteEverything(policyOf: (resource: ResourceState) => string): Promise<string | undefined> {
    const due = Object.entries(this.state.resources).map(([logicalId, resource]) => ({ logicalId, resource, policy: policyOf(resource) }));
    return this.deletions().run(due);
  }

  private deletions(): Deletions {
    return new Deletions(this.state, id => this.contextOf(id), (id, resource, status, reason) => {
      noteView(this.state, id, this.cloud.clock.now());
      this.reportFor(id, resource, status, reason);
    });
  }

  private requestOf(logicalId: string): ResourceRequest {
    const { Type: type, Properties: properties } = this.state.blueprint.template.Resources[logicalId];
    return { logicalId, type, properties: resolve(properties ?? {}, this.scope()) as Properties };
  }

  private declarationOf(id: string): Pick<ResourceState, 'deletionPolicy' | 'updateReplacePolicy' | 'dependsOn'> {
    const { DeletionPolicy, UpdateReplacePolicy } = this.state.blueprint.template.Resources[id];
    const dependsOn = [...new Set(this.dependencies.get(id))];
    return { deletionPolicy: DeletionPolicy ?? 'Delete', updateReplacePolicy: UpdateReplacePolicy ?? 'Delete', dependsOn };
  }

  private scope(): Scope {
    const { blueprint, resources } = this.state;
    return scopeOf(blueprint, this.place, deployedAttribute(resources, this.place), resources, this.cloud.exported);
  }

  /** Returns the reason when an output has no value. */
  private setOutputs(): string | undefined {
    const declared = Object.entries(this.state.blueprint.template.Outputs ?? {});
    try {
      this.state.outputs = Object.fromEntries(declared.map(([name, output]) => [name, String(resolve(output.Value, this.scope()))]));
    } catch (error) {
      return `${(error as Error).message}. `;
    }
    declared.filter(([, output]) => output.Export).forEach(([name, output]) => {
      this.cloud.exported.set(String(resolve(output.Export!.Name, this.scope())), this.state.outputs[name]);
    });
    return undefined;
  }

  private contextOf(id: string): ResourceContext {
    return {
      ...this.cloud,
      place: this.place,
      progress: (reason, physicalId) => {
        const resource = this.state.resources[id];
        if (resource.physicalId === '') this.state.resources[id] = { ...resource, physicalId };
        noteView(this.state, id, this.cloud.clock.now());
        this.reportFor(id, { ...resource, physicalId }, resource.status, reason);
      },
      nestedStack: (logicalId, state) => this.nestedStack(logicalId, state),
      prepareNested: (key, parameters) => prepareFromAsset(this.cloud, key, parameters, this.place),
    };
  }

  private nestedStack(id: string, state?: StackState): Stack {
    const known = this.nested.get(id);
    if (known && known.state.id === state?.id) return known;
    const name = generatedName({ logicalId: id }, this.place, 128);
    const child = new Stack(state ?? newStack(this.cloud, name, { parentId: this.state.id, rootId: this.state.rootId ?? this.state.id }), this.cloud);
    this.nested.set(id, child);
    if (!state) this.state.resources[id] = { ...this.state.resources[id], physicalId: child.state.id, stack: child.state };
    return child;
  }

  private report(id: string, status: string, reason?: string): void {
    const resource = this.state.resources[id];
    if (resource) this.state.resources[id] = { ...resource, status };
    noteView(this.state, id, this.cloud.clock.now());
    const { Type: type } = this.state.blueprint.template.Resources[id];
    this.reportFor(id, resource ?? { type, physicalId: '' }, status, reason);
  }

  private reportFor(logicalId: string, { type, physicalId }: Pick<ResourceState, 'type' | 'physicalId'>, status: string, reason?: string): void {
    const timestamp = new Date(this.cloud.clock.now()).toISOString();
    this.cloud.report({ timestamp, stackName: this.state.name, logicalId, physicalId, type, status, reason });
  }

  private setStatus(status: string, reason?: string): void {
    this.state.status = status;
    this.state.statusReason = reason;
    this.reportFor(this.state.name, { type: 'AWS::CloudFormation::Stack', physicalId: this.state.id }, status, reason);
  }
}

/** What the rollback of a creation deletes: all but what is retained even then. */
function deletionPolicyOfNew({ deletionPolicy }: ResourceState): string {
  return deletionPolicy === 'RetainExceptOnCreate' ? 'Delete' : deletionPolicy;
}

/** What was kept as it failed is tried again, though nothing else is asked for. */
function isFailed({ status }: ResourceState): boolean {
  return status.endsWith('_FAILED');
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
