import { IConstruct } from 'constructs';

/** An error that names the construct, the prop, its value, the rule, and the way out. */
export function invalidProp(scope: IConstruct, prop: string, value: unknown, ruleAndWayOut: string): Error {
  return new Error(`${scope.node.path}: ${invalidValue(prop, value, ruleAndWayOut)}`);
}

/** What such an error says where CDK names the construct itself. */
export function invalidValue(prop: string, value: unknown, ruleAndWayOut: string): string {
  return `${prop} is '${value}', but ${ruleAndWayOut}`;
}
