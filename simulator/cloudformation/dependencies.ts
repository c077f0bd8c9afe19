import { ValidationError } from './errors';
import { getAttArguments, intrinsicOf, isObject, Json, ResourceDeclaration, subNames, Template } from './template';

/** Which resources each resource must wait for. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** The graph of a template whose conditions have been applied; throws as CloudFormation does when a reference leads nowhere or in a circle. */
export function dependenciesOf(template: Template): Dependencies {
  const names = { resources: new Set(Object.keys(template.Resources)), parameters: new Set(Object.keys(template.Parameters ?? {})) };
  const graph = new Map(Object.entries(template.Resources).map(([id, resource]) => [id, [...referencesOf(id, resource, names)]]));
  Object.values(template.Outputs ?? {}).forEach(output => resourcesIn(output, names, 'Outputs'));
  refuseCircles(graph);
  return graph;
}

/**
 * Visits every id after all those that it waits for, independent ones at once.
 * `visit` tells whether those that wait for the id may go on.
 */
export async function inOrder(
  ids: readonly string[], before: (id: string) => readonly string[], visit: (id: string) => Promise<boolean>,
): Promise<void> {
  const visits = new Map<string, Promise<boolean>>();
  const visitOnce = (id: string): Promise<boolean> => {
    const started = visits.get(id) ?? Promise.all(before(id).map(visitOnce)).then(results => results.every(Boolean) && visit(id));
    visits.set(id, started);
    return started;
  };
  await Promise.all(ids.map(visitOnce));
}

interface Names {
  readonly resources: ReadonlySet<string>;
  readonly parameters: ReadonlySet<string>;
}

function referencesOf(id: string, resource: ResourceDeclaration, names: Names): Set<string> {
  const explicit = [resource.DependsOn ?? []].flat();
  const missing = explicit.filter(other => !names.resources.has(other));
  if (missing.length > 0) throw unresolved(missing, 'Resources');
  if (explicit.includes(id)) throw circular([id]);
  return new Set([...explicit, ...resourcesIn(resource.Properties, names, 'Resources')]);
}

function resourcesIn(value: Json, names: Names, block: string): string[] {
  if (Array.isArray(value)) return value.flatMap(item => resourcesIn(item, names, block));
  if (!isObject(value)) return [];
  const intrinsic = intrinsicOf(value);
  const named = intrinsic ? namesIn(intrinsic, value[intrinsic], names, block) : [];
  return [...named, ...Object.values(value).flatMap(item => resourcesIn(item, names, block))];
}

function namesIn(intrinsic: string, argument: Json, names: Names, block: string): string[] {
  if (intrinsic === 'Ref') return refs([String(argument)], names, block);
  if (intrinsic === 'Fn::GetAtt') return attributes([getAttArguments(argument)[0]], names);
  if (intrinsic !== 'Fn::Sub') return [];
  const parts = subNames(argument);
  return [
    ...refs(parts.filter(name => !name.includes('.')), names, block),
    ...attributes(parts.filter(name => name.includes('.')).map(name => name.split('.')[0]), names),
  ];
}

function refs(found: readonly string[], names: Names, block: string): string[] {
  const missing = found.filter(name => !names.resources.has(name) && !names.parameters.has(name) && !name.startsWith('AWS::'));
  if (missing.length > 0) throw unresolved(missing, block);
  return found.filter(name => names.resources.has(name));
}

function attributes(found: readonly string[], names: Names): string[] {
  const missing = found.find(name => !names.resources.has(name));
  if (missing) throw new ValidationError(`Template error: instance of Fn::GetAtt references undefined resource ${missing}`);
  return [...found];
}

function unresolved(missing: readonly string[], block: string): ValidationError {
  return new ValidationError(`Template format error: Unresolved resource dependencies [${missing.join(', ')}] in the ${block} block of the template`);
}

function circular(ids: readonly string[]): ValidationError {
  return new ValidationError(`Circular dependency between resources: [${ids.join(', ')}]`);
}

function refuseCircles(graph: ReadonlyMap<string, readonly string[]>): void {
  const stuck = remainder([...graph.keys()], id => graph.get(id)!);
  const circle = remainder(stuck, id => stuck.filter(other => graph.get(other)!.includes(id)));
  if (circle.length > 0) throw circular(circle);
}

/** What is left when ids without a neighbour that is left are taken away, again and again. */
function remainder(ids: readonly string[], neighbours: (id: string) => readonly string[]): string[] {
  const rest = new Set(ids);
  for (let before = -1; before !== rest.size;) {
    before = rest.size;
    for (const id of [...rest]) {
      if (!neighbours(id).some(other => rest.has(other))) rest.delete(id);
    }
  }
  return [...rest];
}
