import { applyConditions } from './conditions';
import { dependenciesOf } from './dependencies';
import { NotSimulated, ValidationError } from './errors';
import { Place } from './place';
import { mappingOf, pseudoParameter } from './scope';
import { Blueprint } from './stack-state';
import { isObject, Json, ResourceDeclaration, Template } from './template';

const LARGEST_TEMPLATE = 1_000_000;
const MOST = { Resources: 500, Outputs: 200, Parameters: 200, Mappings: 200 } as const;
const SECTIONS = [
  'AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Rules', 'Mappings', 'Conditions', 'Resources', 'Outputs',
];
const RESOURCE_KEYS = ['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'];
const POLICIES = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];

/** A template made ready to deploy: checked as CloudFormation does, parameters filled in, conditions applied. */
export function prepare(body: string, given: Readonly<Record<string, Json>>, place: Place, stored: Readonly<Record<string, string>> = {}): Blueprint {
  if (Buffer.byteLength(body) > LARGEST_TEMPLATE) throw new ValidationError(`Template may not exceed ${LARGEST_TEMPLATE} bytes in size.`);
  const template = parse(body);
  checkShape(template);
  const parameters = parameterValues(template, given, stored);
  const blueprint = {
    template: applyConditions(template, name => name in parameters ? parameters[name] : pseudoParameter(name, place), mappingOf(template)),
    parameters,
  };
  dependenciesOf(blueprint.template);
  return blueprint;
}

function parse(body: string): Template {
  const template: Json = JSON.parse(body);
  if (!isObject(template) || !isObject(template.Resources) || Object.keys(template.Resources).length === 0) {
    throw new ValidationError('Template format error: At least one Resources member must be defined.');
  }
  return template as unknown as Template;
}

function checkShape(template: Template): void {
  const section = Object.keys(template).find(name => !SECTIONS.includes(name));
  if (section) throw new NotSimulated(`The template section ${section} is not simulated.`);
  for (const [name, most] of Object.entries(MOST)) {
    const count = Object.keys(template[name as keyof typeof MOST] ?? {}).length;
    if (count > most) throw new ValidationError(`Template format error: Number of ${name.toLowerCase()}, ${count}, is greater than maximum allowed, ${most}`);
  }
  refuseNull(template, '');
  Object.entries(template.Resources).forEach(([id, resource]) => checkResource(id, resource));
}

function checkResource(id: string, resource: ResourceDeclaration): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(id)) throw new ValidationError(`Template format error: Resource name ${id} is non alphanumeric.`);
  if (typeof resource.Type !== 'string') throw new ValidationError(`Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`);
  const key = Object.keys(resource).find(name => !RESOURCE_KEYS.includes(name));
  if (key) throw new NotSimulated(`The resource attribute ${key} of ${id} is not simulated.`);
  for (const policy of [resource.DeletionPolicy, resource.UpdateReplacePolicy]) {
    if (policy !== undefined && !POLICIES.includes(policy)) {
      throw new ValidationError(`Template format error: Unrecognized DeletionPolicy ${JSON.stringify(policy)} for resource ${id}`);
    }
  }
}

function refuseNull(value: Json, path: string): void {
  if (value === null) throw new ValidationError(`[${path}] 'null' values are not allowed in templates`);
  if (typeof value === 'object') Object.entries(value as object).forEach(([key, item]) => refuseNull(item, `${path}/${key}`));
}

function parameterValues(
  template: Template, given: Readonly<Record<string, Json>>, stored: Readonly<Record<string, string>>,
): Record<string, Json> {
  const declared = Object.entries(template.Parameters ?? {});
  const unknown = Object.keys(given).filter(name => !declared.some(([other]) => other === name));
  if (unknown.length > 0) throw new ValidationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing = declared.filter(([name, parameter]) => given[name] === undefined && parameter.Default === undefined).map(([name]) => name);
  if (missing.length > 0) throw new ValidationError(`Parameters: [${missing.join(', ')}] must have values`);
  return Object.fromEntries(declared.map(
    ([name, { Type: type, Default: standard }]) => [name, parameterValue(name, type, given[name] ?? standard, stored)],
  ));
}

function parameterValue(name: string, type: string, value: Json, stored: Readonly<Record<string, string>>): Json {
  if (type.startsWith('AWS::SSM::Parameter::Value')) return storedValue(name, String(value), stored);
  if (type === 'CommaDelimitedList' || type.startsWith('List<')) return Array.isArray(value) ? value : String(value).split(',').map(item => item.trim());
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** The Parameter Store holds what bootstrapping leaves there and what the scenario says. */
function storedValue(name: string, path: string, stored: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(stored, path)) return stored[path];
  if (/^\/cdk-bootstrap\/\w+\/version$/.test(path)) return '30';
  throw new NotSimulated(`The parameter ${name} reads ${path} from the Parameter Store, where the scenario's parameterStore has nothing.`);
}
