import { ResourceFailure, ValidationError } from './errors';
import { Place } from './place';
import { Blueprint, Identity } from './stack-state';
import { Json, Scope, Template } from './template';

/** What the names in a blueprint stand for, given the resources that are there. */
export function scopeOf(
  { template, parameters }: Blueprint,
  place: Place,
  attributeOf: (logicalId: string, attribute: string) => Json,
  resources: Readonly<Record<string, Pick<Identity, 'physicalId'>>>,
  exported: ReadonlyMap<string, string>,
): Scope {
  return {
    ref: name => {
      if (name in resources) return resources[name].physicalId;
      return name in parameters ? parameters[name] : pseudoParameter(name, place);
    },
    getAtt: attributeOf,
    mapping: mappingOf(template),
    importValue: name => {
      const value = exported.get(name);
      if (value === undefined) throw new ValidationError(`No export named ${name} found.`);
      return value;
    },
    condition: name => { throw new ValidationError(`Template error: the condition ${name} cannot be used here`); },
  };
}

/** Attributes of deployed resources; a custom resource has those that its function answered. */
export function deployedAttribute(resources: Readonly<Record<string, Identity>>, place: Place): (logicalId: string, attribute: string) => Json {
  return (logicalId, attribute) => {
    const value = resources[logicalId].attributes[attribute];
    if (value !== undefined && value !== null) return value;
    const object = `${place.stackId}|${logicalId}|${resources[logicalId].physicalId}`;
    throw new ResourceFailure(`CustomResource attribute error: Vendor response doesn't contain ${attribute} attribute in object ${object}`);
  };
}

export function pseudoParameter(name: string, place: Place): Json {
  switch (name) {
    case 'AWS::AccountId': return place.account;
    case 'AWS::NoValue': return undefined;
    case 'AWS::NotificationARNs': return [];
    case 'AWS::Partition': return place.partition;
    case 'AWS::Region': return place.region;
    case 'AWS::StackId': return place.stackId;
    case 'AWS::StackName': return place.stackName;
    case 'AWS::URLSuffix': return place.urlSuffix;
    default: throw new ValidationError(`Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`);
  }
}

export function mappingOf(template: Template): Scope['mapping'] {
  return (map, first, second) => {
    const value = template.Mappings?.[map]?.[first]?.[second];
    if (value === undefined) throw new ValidationError(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
    return value;
  };
}
