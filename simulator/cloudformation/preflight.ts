import { Assets } from '../assembly';
import { dependenciesOf } from './dependencies';
import { NotSimulated, ValidationError } from './errors';
import { Place } from './place';
import { ResourceRequest } from './resource-type';
import { resourceType } from './resource-types';
import { templateKey } from './resource-types/nested-stack';
import { scopeOf } from './scope';
import { Blueprint, Identity } from './stack-state';
import { isObject, Json, Properties, resolve, UNKNOWN } from './template';

/** What a template is checked against. */
export interface Surroundings {
  readonly place: Place;
  readonly assets: Assets;
  readonly exported: ReadonlyMap<string, string>;
  /** ARNs of functions that can stand behind a custom resource; those of the template are added. */
  readonly functions: Set<string>;
  /** Takes the ARNs of the vaults that the template declares. */
  readonly vaults: Set<string>;
  prepareNested(templateKey: string, parameters: Readonly<Record<string, Json>>): Blueprint;
}

/** Goes through a whole deployment without one, so that what would not work is refused before anything is there. Returns the outputs. */
export function preflight(blueprint: Blueprint, surroundings: Surroundings): Record<string, Json> {
  const { template } = blueprint;
  const planned: Record<string, Identity> = {};
  const scope = scopeOf(blueprint, surroundings.place, (id, attribute) => plannedAttribute(template.Resources[id].Type, planned[id], id, attribute),
    planned, surroundings.exported);
  const dependencies = dependenciesOf(template);
  const plan = (id: string): void => {
    if (id in planned) return;
    dependencies.get(id)!.forEach(plan);
    const { Type: type, Properties: properties } = template.Resources[id];
    planned[id] = planResource({ logicalId: id, type, properties: resolve(properties ?? {}, scope) as Properties }, surroundings);
  };
  Object.keys(template.Resources).forEach(plan);
  return Object.fromEntries(Object.entries(template.Outputs ?? {}).map(([name, output]) => [name, resolve(output.Value, scope)]));
}

function planResource(request: ResourceRequest, surroundings: Surroundings): Identity {
  const type = resourceType(request.type);
  type.check(request, surroundings.assets);
  const identity = type.identify(request, surroundings.place);
  if (request.type === 'AWS::Lambda::Function') surroundings.functions.add(String(identity.attributes.Arn));
  if ('BackupVaultArn' in identity.attributes) surroundings.vaults.add(String(identity.attributes.BackupVaultArn));
  if (type.kind === 'custom') checkServiceToken(request, surroundings.functions);
  return type.kind === 'nested' ? planNested(request, identity, surroundings) : identity;
}

function planNested(request: ResourceRequest, identity: Identity, surroundings: Surroundings): Identity {
  const { Parameters: parameters } = request.properties;
  const blueprint = surroundings.prepareNested(templateKey(request), isObject(parameters) ? parameters : {});
  const stackName = identity.physicalId.split('/')[1];
  const outputs = preflight(blueprint, { ...surroundings, place: { ...surroundings.place, stackName, stackId: identity.physicalId } });
  return { ...identity, attributes: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`Outputs.${name}`, value])) };
}

function checkServiceToken({ logicalId, type, properties }: ResourceRequest, functions: ReadonlySet<string>): void {
  if (properties.ServiceToken === undefined) throw new ValidationError(`Missing required parameter: ServiceToken must not be null or empty (${logicalId})`);
  if (!functions.has(String(properties.ServiceToken))) {
    throw new NotSimulated(`The custom resource ${logicalId} (${type}) is not simulated: its ServiceToken is not a function of a deployed stack.`);
  }
  const seconds = Number(properties.ServiceTimeout ?? 1);
  if (!(seconds >= 1 && seconds <= 3_600)) throw new ValidationError(`ServiceTimeout of ${logicalId} must be from 1 to 3600 seconds`);
}

function plannedAttribute(type: string, identity: Identity, logicalId: string, attribute: string): Json {
  const value = identity.attributes[attribute];
  if (value !== undefined) return value;
  const { kind } = resourceType(type);
  if (kind === 'custom') return UNKNOWN;
  if (kind === 'nested') throw new ValidationError(`Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`);
  throw new NotSimulated(`The attribute ${attribute} of ${logicalId} (${type}) is not simulated.`);
}
