import { IConstruct } from 'constructs';

/** An error that names the construct, the prop, its value, the rule, and the way out. */
export function invalidProp(scope: IConstruct, prop: string, value: unknown, ruleAndWayOut: string): Error {
  return new Error(`${scope.node.path}: ${prop} is '${value}', but ${ruleAndWayOut}`);
}
