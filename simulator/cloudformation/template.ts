import { NotSimulated, ValidationError } from './errors';

/** Any JSON of a template. */
export type Json = unknown;
export type Properties = Readonly<Record<string, Json>>;

/** A resource as the template declares it. */
export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Json;
}

interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: Json;
}

interface OutputDeclaration {
  readonly Value: Json;
  readonly Condition?: string;
  readonly Export?: { readonly Name: Json };
}

/** A CloudFormation template. */
export interface Template {
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
  readonly Rules?: Readonly<Record<string, { readonly Assertions: readonly { readonly Assert: Json; readonly AssertDescription?: string }[] }>>;
}

/** What names in a template stand for. */
export interface Scope {
  /** Of a parameter, pseudo parameter or resource; `undefined` is AWS::NoValue. */
  ref(name: string): Json;
  getAtt(logicalId: string, attribute: string): Json;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): Json;
  importValue(name: string): Json;
}

/** Stands for a value that only a deployment can know, while a template is checked before it. */
export const UNKNOWN = '<known after deployment>';

/** The value with every intrinsic function carried out. */
export function resolve(value: Json, scope: Scope): Json {
  if (typeof value === 'string') return withoutDynamicReference(value);
  if (Array.isArray(value)) return value.map(item => resolve(item, scope)).filter(item => item !== undefined);
  if (!isObject(value)) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) return FUNCTIONS[intrinsic](value[intrinsic], scope);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, scope)]).filter(([, item]) => item !== undefined));
}

/** The names in the text of an Fn::Sub that are not given by its own map. */
export function subNames(argument: Json): string[] {
  const [text, map] = subArguments(argument);
  return [...text.matchAll(SUB_NAME)].map(match => match[1]).filter(name => !name.startsWith('!') && !(name in map));
}

/** The logical id and the attribute that an Fn::GetAtt names. */
export function getAttArguments(argument: Json): [logicalId: string, attribute: string] {
  const parts = typeof argument === 'string' ? [argument.split('.')[0], argument.split('.').slice(1).join('.')] : argument;
  if (!Array.isArray(parts) || parts.length !== 2 || parts.some(part => typeof part !== 'string' || part === '')) {
    throw new ValidationError('Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute');
  }
  return [parts[0], parts[1]];
}

/** `Ref`, `Fn::Join` ... when the value is a call of an intrinsic function. */
export function intrinsicOf(value: object): string | undefined {
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === 'Ref') return 'Ref';
  if (keys.length === 1 && keys[0] === 'Condition' && typeof (value as { Condition: Json }).Condition === 'string') return 'Condition';
  const name = keys.find(key => key.startsWith('Fn::'));
  if (!name) return undefined;
  if (keys.length > 1) throw new ValidationError(`Template error: ${name} must be the only key of its object`);
  if (!(name in FUNCTIONS)) throw new NotSimulated(`The intrinsic function ${name} is not simulated.`);
  return name;
}

export function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SUB_NAME = /\$\{([^}]+)\}/g;

const FUNCTIONS: Readonly<Record<string, (argument: Json, scope: Scope) => Json>> = {
  'Ref': (name, scope) => scope.ref(String(name)),
  'Condition': (name, scope) => scope.condition(String(name)),
  'Fn::GetAtt': (argument, scope) => scope.getAtt(...getAttArguments(argument)),
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [delimiter, values] = list(argument, scope, 'Fn::Join');
    if (!Array.isArray(values)) throw new ValidationError('Template error: every Fn::Join object requires a delimiter and a list of string values');
    return values.map(item => scalar(item, 'Fn::Join')).join(String(delimiter));
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = list(argument, scope, 'Fn::Split');
    const source = scalar(text, 'Fn::Split');
    return source.includes(UNKNOWN) ? [UNKNOWN] : source.split(String(delimiter));
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(argument, scope, 'Fn::Select');
    if (!Array.isArray(values)) throw new ValidationError('Template error: Fn::Select requires a list as its second argument');
    if (values.includes(UNKNOWN)) return UNKNOWN;
    if (!(Number(index) in values)) {
      throw new ValidationError(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`);
    }
    return values[Number(index)];
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list(argument, scope, 'Fn::FindInMap').map(String);
    return scope.mapping(map, first, second);
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(String(resolve(argument, scope))),
  'Fn::Base64': (argument, scope) => Buffer.from(scalar(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::GetAZs': (argument, scope) => ['a', 'b', 'c'].map(zone => `${resolve(argument, scope) || scope.ref('AWS::Region')}${zone}`),
  'Fn::If': (argument, scope) => {
    const [condition, then, otherwise] = argumentList(argument, 'Fn::If');
    return resolve(scope.condition(String(condition)) ? then : otherwise, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument, scope, 'Fn::Equals');
    return JSON.stringify(left) === JSON.stringify(right);
  },
  'Fn::And': (argument, scope) => list(argument, scope, 'Fn::And').every(Boolean),
  'Fn::Or': (argument, scope) => list(argument, scope, 'Fn::Or').some(Boolean),
  'Fn::Not': (argument, scope) => !list(argument, scope, 'Fn::Not')[0],
  'Fn::Contains': (argument, scope) => {
    const [values, sought] = list(argument, scope, 'Fn::Contains');
    return Array.isArray(values) && values.includes(sought);
  },
};

function substitute(argument: Json, scope: Scope): string {
  const [text, map] = subArguments(argument);
  return withoutDynamicReference(text.replace(SUB_NAME, (_whole, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (name in map) return scalar(resolve(map[name], scope), 'Fn::Sub');
    return scalar(name.includes('.') ? scope.getAtt(...getAttArguments(name)) : scope.ref(name), 'Fn::Sub');
  }));
}

function subArguments(argument: Json): [text: string, map: Record<string, Json>] {
  const [text, map] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof text !== 'string' || !isObject(map)) {
    throw new ValidationError('Template error: One or more Fn::Sub intrinsic functions don\'t specify expected arguments.');
  }
  return [text, map];
}

function argumentList(argument: Json, name: string): Json[] {
  if (!Array.isArray(argument)) throw new ValidationError(`Template error: ${name} requires a list argument`);
  return argument;
}

function list(argument: Json, scope: Scope, name: string): Json[] {
  return argumentList(argument, name).map(item => resolve(item, scope));
}

function scalar(value: Json, name: string): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw new ValidationError(`Template error: ${name} requires strings, but found ${JSON.stringify(value)}`);
}

function withoutDynamicReference(text: string): string {
  const reference = /\{\{resolve:[^}]*\}\}/.exec(text);
  if (reference) throw new NotSimulated(`The dynamic reference ${reference[0]} is not simulated.`);
  return text;
}
