import { ResourceView } from './resource-views';
import { Json, Properties, Template } from './template';
import { Version } from './versions';

/** A template with its conditions applied, and its parameters' values: all that is needed to deploy it or to go back to it. */
export interface Blueprint {
  readonly template: Template;
  readonly parameters: Readonly<Record<string, Json>>;
}

/** What a resource is known by. */
export interface Identity {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, Json>>;
}

/** A resource as CloudFormation remembers it; JSON. */
export interface ResourceState extends Identity {
  readonly type: string;
  readonly status: string;
  /** As they were last asked for, references resolved. */
  readonly properties: Properties;
  /** What they were before an update of it failed. */
  readonly stableProperties?: Properties;
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  readonly dependsOn: readonly string[];
  /** Of an AWS::CloudFormation::Stack. */
  readonly stack?: StackState;
}

/** A stack as CloudFormation remembers it between operations; JSON. */
export interface StackState {
  readonly name: string;
  readonly id: string;
  readonly parentId?: string;
  readonly rootId?: string;
  status: string;
  statusReason?: string;
  readonly created: number;
  /** When the latest update began. */
  updated?: number;
  /** When its deletion began. */
  deleted?: number;
  blueprint: Blueprint;
  /** Of a stack that is not complete: what to go back to, and all that has been there since. */
  stable?: Blueprint;
  readonly versions: Version[];
  readonly resources: Record<string, ResourceState>;
  /** How each resource was shown at what time, for a while. */
  readonly views: Record<string, ResourceView[]>;
  outputs: Readonly<Record<string, string>>;
}

/** One line of a deployment. */
export interface StackEvent {
  /** ISO 8601, simulated. */
  readonly timestamp: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}
