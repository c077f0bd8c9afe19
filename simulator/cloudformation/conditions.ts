import { ValidationError } from './errors';
import { isObject, Json, resolve, Scope, Template } from './template';

/** A template with its conditions applied: no resource, output or Fn::If in it depends on one any more. */
export function applyConditions(template: Template, parameters: (name: string) => Json, findInMap: Scope['mapping']): Template {
  const truth = new Map<string, boolean>();
  const scope: Scope = {
    ref: parameters,
    condition: name => {
      if (!truth.has(name)) truth.set(name, Boolean(resolve(declaration(name), scope)));
      return truth.get(name)!;
    },
    mapping: findInMap,
    getAtt: () => { throw new ValidationError('Template error: Fn::GetAtt cannot be used in the Conditions block'); },
    importValue: () => { throw new ValidationError('Template error: Fn::ImportValue cannot be used in the Conditions block'); },
  };
  const declaration = (name: string): Json => {
    const conditions = template.Conditions ?? {};
    if (!(name in conditions)) throw new ValidationError(`Template error: unresolved condition dependency ${name}`);
    return conditions[name];
  };
  const holds = ([, item]: [string, { readonly Condition?: string }]): boolean => item.Condition === undefined || scope.condition(item.Condition);
  const kept = <T extends { readonly Condition?: string }>(items: Readonly<Record<string, T>> = {}) => Object.fromEntries(
    Object.entries(items).filter(holds).map(([name, item]) => [name, chooseBranches(item, scope) as T]),
  );
  checkRules(template, scope);
  const removed = Object.entries(template.Resources).filter(entry => !holds(entry)).map(([id]) => id);
  const resources = Object.fromEntries(Object.entries(kept(template.Resources)).map(([id, resource]) => [
    id, { ...resource, DependsOn: [resource.DependsOn ?? []].flat().filter(other => !removed.includes(other)) },
  ]));
  return { ...template, Resources: resources, Outputs: kept(template.Outputs) };
}

function chooseBranches(value: Json, scope: Scope): Json {
  if (Array.isArray(value)) return value.map(item => chooseBranches(item, scope)).filter(item => item !== undefined);
  if (!isObject(value)) return value;
  if (value.Ref === 'AWS::NoValue') return undefined;
  if ('Fn::If' in value) {
    const [condition, then, otherwise] = value['Fn::If'] as Json[];
    return chooseBranches(scope.condition(String(condition)) ? then : otherwise, scope);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, chooseBranches(item, scope)]).filter(([, item]) => item !== undefined));
}

function checkRules(template: Template, scope: Scope): void {
  for (const [name, rule] of Object.entries(template.Rules ?? {})) {
    const broken = rule.Assertions.find(assertion => !resolve(assertion.Assert, scope));
    if (broken) throw new ValidationError(`Template validation error: the rule ${name} does not hold: ${broken.AssertDescription ?? 'no description'}`);
  }
}
