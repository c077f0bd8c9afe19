import { Assets } from '../assembly';
import { AwsBackup } from '../backup/aws-backup';
import { Clock } from '../clock';
import { LambdaFunction } from '../functions/lambda-function';
import { Iam } from '../iam';
import { StackRules } from '../scenario';
import { CustomResources } from './custom-resource';
import { Place } from './place';
import { Blueprint, Identity, ResourceState, StackState } from './stack-state';
import { Json, Properties } from './template';

/** A resource to create or update, references resolved. */
export interface ResourceRequest {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

/** The parts of the simulated AWS that resources act on. */
export interface Services {
  readonly iam: Pick<Iam, 'hasRole' | 'putRole' | 'deleteRole' | 'putRolePolicy' | 'deleteRolePolicy' | 'putManagedPolicy' | 'deletePolicy' | 'attachRolePolicy' | 'detachRolePolicy'>;
  readonly backup: Pick<AwsBackup, 'declareVault' | 'putVault' | 'deleteVault'>;
  readonly lambda: FunctionService;
  readonly stepFunctions: StateMachineService;
  readonly customResources: CustomResources;
}

export interface FunctionService {
  register(fn: LambdaFunction): void;
  remove(arn: string): void;
  /** Resolves when Lambda has accepted the event, not when the function has run. */
  invokeAsync(arn: string, payload: string): Promise<void>;
}

export interface StateMachineService {
  register(machine: { readonly arn: string; readonly definition: string; readonly roleArn: string }): void;
  remove(arn: string): void;
}

/** Everything that a resource's operation needs. */
export interface ResourceContext {
  readonly clock: Clock;
  readonly place: Place;
  readonly services: Services;
  readonly assets: Assets;
  readonly rules: StackRules;
  readonly noRollback: boolean;
  /** Reports that the operation goes on, as an event. */
  progress(reason: string, physicalId: string): void;
  /** The nested stack of that state, or a new one. */
  nestedStack(logicalId: string, state?: StackState): NestedStack;
  prepareNested(templateKey: string, parameters: Readonly<Record<string, Json>>): Blueprint;
}

/** A stack inside another: the one outside leads it from phase to phase. */
export interface NestedStack {
  readonly state: StackState;
  /** Whether its failure was another one's. */
  readonly isCancelled: boolean;
  create(blueprint: Blueprint): Promise<string | undefined>;
  update(blueprint: Blueprint): Promise<string | undefined>;
  rollBack(): Promise<string | undefined>;
  keep(problem: string): Promise<void>;
  cleanUp(): Promise<void>;
  delete(): Promise<string | undefined>;
  cancel(): void;
  restore(): void;
}

/** How resources of one type are created, updated and deleted. Failures are thrown as ResourceFailure. */
export interface ResourceType {
  /** A custom resource is left alone when the operation is cancelled; others are waited for. */
  readonly kind: 'plain' | 'custom' | 'nested';
  /** Physical id and attributes as a deployment would make them, without one. */
  identify(request: ResourceRequest, place: Place): Identity;
  /** Throws NotSimulated for what the simulator cannot act out; called before anything is deployed. */
  check(request: ResourceRequest, assets: Assets): void;
  create(request: ResourceRequest, context: ResourceContext): Promise<Outcome>;
  /** Another physical id in the result means that the resource was replaced. */
  update(request: ResourceRequest, current: ResourceState, context: ResourceContext): Promise<Outcome>;
  /** Back to `request`, which is what `original` was. */
  rollBack(request: ResourceRequest, current: ResourceState, original: ResourceState, context: ResourceContext): Promise<Outcome>;
  delete(logicalId: string, resource: ResourceState, context: ResourceContext): Promise<void>;
  /** Lets a resource that an earlier run created act again. */
  restore(logicalId: string, resource: ResourceState, context: ResourceContext): void;
}

export type Outcome = Identity & Pick<ResourceState, 'stack'>;
