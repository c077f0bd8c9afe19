/** A resource as it is synthesized. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface TemplateJson {
  readonly Resources: Record<string, TemplateResource>;
}

/** The resources that each resource waits for itself. */
export type TemplateGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`. */
export function templateGraph(template: { readonly Resources: Record<string, Partial<TemplateResource>> }): TemplateGraph {
  const ids = Object.keys(template.Resources);
  return new Map(ids.map(id => {
    const { DependsOn = [], ...rest } = template.Resources[id];
    const named = [...[DependsOn].flat(), ...references(rest)];
    return [id, new Set(named.filter(name => ids.includes(name)))];
  }));
}

/** Everything that a resource waits for, directly or through others; the resource itself only when it is part of a cycle. */
export function reachableFrom(graph: TemplateGraph, id: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [...graph.get(id) ?? []];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    waiting.push(...graph.get(next) ?? []);
  }
  return reached;
}

/** The resources that wait for themselves. */
export function inCycles(graph: TemplateGraph): string[] {
  return [...graph.keys()].filter(id => reachableFrom(graph, id).has(id));
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    switch (key) {
      case 'Ref': return [inner];
      case 'Fn::GetAtt': return [Array.isArray(inner) ? inner[0] : inner.split('.')[0]];
      case 'Fn::Sub': return substituted(inner);
      default: return references(inner);
    }
  });
}

function substituted(sub: string | [string, Record<string, unknown>]): string[] {
  const [text, variables] = Array.isArray(sub) ? sub : [sub, {}];
  const names = [...text.matchAll(/\$\{([^!}.]+)[^}]*\}/g)].map(([, name]) => name.trim());
  return [...names.filter(name => !(name in variables)), ...references(variables)];
}
