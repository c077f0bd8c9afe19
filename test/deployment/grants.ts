import { ResourceState, StackState } from '../../simulator/cloudformation/stack-state';
import { UsedPermission } from '../../simulator/iam';
import { SimulationState } from '../../simulator/simulation-state';

/** One action on one resource that a policy of a deployed stack allows one of the provider's roles. */
export interface Grant {
  /** A construct path, as are `policy` and what of the stack's own is in `resource`. */
  readonly role: string;
  readonly policy: string;
  readonly action: string;
  readonly resource: string;
  readonly conditionKeys: readonly string[];
  readonly roleArn: string;
  readonly policyId: string;
  readonly resourceArn: string;
}

/** Stands for the actions of a policy that is not the library's but AWS's. */
export const AWS_MANAGED_POLICY = 'AWS managed policy';

interface Statement {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Record<string, object>;
}

/** The properties of a role or a policy, references filled in. */
interface PolicyProperties {
  readonly Roles?: string[];
  readonly PolicyDocument?: { readonly Statement: Statement[] };
  readonly Policies?: { readonly PolicyDocument: { readonly Statement: Statement[] } }[];
  readonly ManagedPolicyArns?: string[];
}

type Allowed = Pick<Grant, 'action' | 'resourceArn' | 'conditionKeys'>;

/** What the policies of the stack, and of those nested in it, allow the provider's roles. */
export function grantsOf({ stack, paths }: SimulationState): Grant[] {
  const resources = withNested(stack);
  const path = (id: string) => (paths[id] ?? id).replace(/^Stack\//, '').replace(/\/Resource$/, '');
  const names = resources.flatMap(([id, { attributes }]) => Object.values(attributes).map(value => [String(value), path(id)]))
    .filter(([value]) => value.startsWith('arn:'));
  const nested = resources.filter(([, { type }]) => type === 'AWS::CloudFormation::Stack').map(([, { physicalId }]) => [physicalId, 'Nested']);
  const named = (arn: string) => [[stack.id, 'Stack'], ...nested, ...names].reduce((text, [value, name]) => text.replace(value, `<${short(name)}>`), arn);

  return resources.filter(([, { type }]) => type === 'AWS::IAM::Role').flatMap(([roleId, role]) => {
    if (!PROVIDER.test(path(roleId))) return [];
    const held = resources.filter(([id, { properties }]) => id === roleId || (properties as PolicyProperties).Roles?.includes(role.physicalId));
    return held.flatMap(([policyId, { properties }]) => allowedBy(properties).map(allowed => ({
      ...allowed,
      role: short(path(roleId)),
      policy: path(policyId).replace(PROVIDER, '$1'),
      resource: named(allowed.resourceArn),
      roleArn: String(role.attributes.Arn),
      policyId,
    })));
  });
}

/** Whether the grant allows what was used. */
export function covers({ roleArn, action, resourceArn }: Grant, used: UsedPermission): boolean {
  const literals = resourceArn.split('*').map(text => text.replace(/[.?+^${}()|[\]\\]/g, '\\$&'));
  return roleArn === used.roleArn && action === used.action && new RegExp(`^${literals.join('.*')}$`).test(used.resourceArn);
}

/** Of a provider, which may be in a nested stack. */
const PROVIDER = /^(Nested\/)?cdk-backup-copy-job\.Provider\//;

function short(path: string): string {
  return path.replace(PROVIDER, '');
}

function withNested({ resources }: StackState): [string, ResourceState][] {
  return Object.entries(resources).flatMap(([id, resource]): [string, ResourceState][] =>
    [[id, resource], ...resource.stack ? withNested(resource.stack) : []]);
}

function allowedBy({ PolicyDocument, Policies = [], ManagedPolicyArns = [] }: PolicyProperties): Allowed[] {
  const documents = [...PolicyDocument ? [PolicyDocument] : [], ...Policies.map(policy => policy.PolicyDocument)];
  return [
    ...documents.flatMap(({ Statement: statements }) => statements.flatMap(allowedByStatement)),
    ...ManagedPolicyArns.map(arn => ({ action: AWS_MANAGED_POLICY, resourceArn: arn.replace(/^.*:policy\//, ''), conditionKeys: [] })),
  ];
}

function allowedByStatement(statement: Statement): Allowed[] {
  const { Effect, Action, Resource, Condition = {}, ...others } = statement;
  if (Effect !== 'Allow' || !Action || !Resource || Object.keys(others).length > 0) {
    throw new Error(`No test knows how to read this statement: ${JSON.stringify(statement)}`);
  }
  const conditionKeys = Object.values(Condition).flatMap(Object.keys);
  return [Action].flat().flatMap(action => [Resource].flat().map(resourceArn => ({ action, resourceArn, conditionKeys })));
}
