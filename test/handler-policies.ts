import { TemplateJson } from './template-graph';

export interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

export interface Policy {
  readonly id: string;
  readonly statements: Statement[];
}

export const actions = ({ Action }: Statement): string[] => [Action].flat();
export const resources = ({ Resource }: Statement): unknown[] => [Resource].flat();

/** The policies of a template, or of one of its roles. */
export function policies(template: TemplateJson, role?: string): Policy[] {
  return Object.entries(template.Resources)
    .filter(([, { Type, Properties }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type)
      && (!role || Properties.Roles.some((to: { Ref?: string }) => to.Ref === role)))
    .map(([id, { Properties }]) => ({ id, statements: Properties.PolicyDocument.Statement }));
}

/** The logical id of the role that the handler runs with. */
export function handlerRole(template: TemplateJson): string {
  const handler = Object.values(template.Resources).find(({ Properties }) => Properties?.Handler === 'index.onEvent')!;
  return handler.Properties.Role['Fn::GetAtt'][0];
}

export const handlerPolicies = (template: TemplateJson): Policy[] => policies(template, handlerRole(template));

export const handlerActions = (template: TemplateJson): Set<string> =>
  new Set(handlerPolicies(template).flatMap(({ statements }) => statements).flatMap(actions));

/** What the policies allow an action on, as the template says it. */
export function allowed(from: Policy[], action: string): unknown[] {
  return from.flatMap(({ statements }) => statements).filter(statement => actions(statement).includes(action)).flatMap(resources);
}

/** A value of the template with every reference filled in, by the longest value that is to be expected. */
export function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner]] = Object.entries<any>(value);
  switch (key) {
    case 'Ref': return PSEUDO_PARAMETERS[inner] ?? LONG_ROLE_ARN;
    case 'Fn::GetAtt': return LONG_ROLE_ARN;
    case 'Fn::Join': return inner[1].map(filled).join(inner[0]);
    case 'Fn::Sub': return inner.replace(/\$\{([^}]+)\}/g, (_: string, name: string) => PSEUDO_PARAMETERS[name]);
    default: return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each)]));
  }
}

const LONG_ROLE_ARN = `arn:aws:iam::111122223333:role/${'r'.repeat(64)}`;
const LONG_STACK_NAME = 's'.repeat(128);

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
  'AWS::StackId': `arn:aws:cloudformation:ap-southeast-1:111122223333:stack/${LONG_STACK_NAME}/0a1b2c3d-4e5f-6789-abcd-ef0123456789`,
  'AWS::StackName': LONG_STACK_NAME,
};
