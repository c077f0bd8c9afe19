import { Scenario } from '../scenario';

/** The resources that a scenario may name: their construct paths, where known, by logical id. */
export type Nameable = Readonly<Record<string, string | undefined>>;

const NAMING = ['failResources', 'deliverLate', 'deliverAgain', 'loseAnswers'] as const;

/** The scenario with logical ids where it says construct paths; throws when it names a resource that there is not. */
export function withLogicalIds(scenario: Scenario, stackName: string, resources: Nameable): Scenario {
  const named = NAMING.map(key => [key, scenario[key].map(rule => {
    if (rule.resource === undefined) return rule;
    const id = logicalIdOf(rule.resource, resources);
    if (id === undefined) throw new Error(`The scenario's ${key} names ${rule.resource}, which the stack ${stackName} does not have.`);
    return { ...rule, resource: id };
  })]);
  return { ...scenario, ...Object.fromEntries(named) };
}

/** The logical id of the resource with that logical id, construct path, or path of the construct around it. */
export function logicalIdOf(name: string, resources: Nameable): string | undefined {
  if (Object.hasOwn(resources, name)) return name;
  const paths = Object.entries(resources);
  return (paths.find(([, path]) => path === name) ?? paths.find(([, path]) => path?.replace(/(\/(Resource|Default))+$/, '') === name))?.[0];
}
