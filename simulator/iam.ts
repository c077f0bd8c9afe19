import { Clock } from './clock';
import { Decisions, Permissions } from './iam/decision';
import { changed, History, valueAt } from './iam/history';
import { IamError } from './iam/iam-error';
import { awsManagedPolicy, isAwsManaged } from './iam/managed-policies';
import { identityPolicy, listOf, PolicyDocument, policySize, statementsOf, trustPolicy } from './iam/policy-document';

export interface RoleInput {
  readonly arn: string;
  readonly name: string;
  readonly assumeRolePolicyDocument: unknown;
  /** Inline policies by name. */
  readonly policies?: Readonly<Record<string, unknown>>;
  readonly managedPolicyArns?: readonly string[];
  readonly permissionsBoundary?: string;
}

/** An access that was asked for and allowed. */
export interface UsedPermission {
  readonly roleArn: string;
  readonly action: string;
  readonly resourceArn: string;
}

interface Role {
  readonly arn: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly inline: Readonly<Record<string, PolicyDocument>>;
  readonly managed: readonly string[];
  readonly boundary?: string;
}

/** Plain data: what a later run goes on from. A value of null was deleted. */
export interface IamState {
  readonly roles: Record<string, History<Role | null>>;
  readonly managedPolicies: Record<string, History<PolicyDocument | null>>;
}

const INLINE_LIMIT = 10_240;
const MANAGED_LIMIT = 6_144;
const TRUST_LIMIT = 2_048;
const MANAGED_PER_ROLE = 10;
const ALLOWS_NOTHING: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/** Roles and policies of the account. What they allow anew holds late, what they take away at once. */
export class Iam {
  private readonly state: IamState;
  private readonly decisions = new Decisions();
  private readonly usedPermissions = new Map<string, UsedPermission>();

  constructor(private readonly clock: Clock, public propagationSeconds: number, state?: IamState) {
    this.state = state ?? { roles: {}, managedPolicies: {} };
  }

  toJSON(): IamState {
    return this.state;
  }

  hasRole(name: string): boolean {
    return Boolean(this.find(name));
  }

  /** Creates the role, or sets trust policy and boundary of the one that exists; policies given are added to it. */
  putRole(input: RoleInput): void {
    const existing = this.find(input.name);
    this.save({
      arn: input.arn,
      name: input.name,
      trust: trustPolicy(input.assumeRolePolicyDocument),
      inline: { ...existing?.inline, ...mapValues(input.policies ?? {}, identityPolicy) },
      managed: [...new Set([...existing?.managed ?? [], ...input.managedPolicyArns ?? []])],
      boundary: input.permissionsBoundary,
    });
  }

  /** Puts an inline policy. */
  putRolePolicy(roleName: string, policyName: string, document: unknown): void {
    const policy = identityPolicy(document);
    this.change(roleName, role => ({ ...role, inline: { ...role.inline, [policyName]: policy } }));
  }

  deleteRolePolicy(roleName: string, policyName: string): void {
    this.change(roleName, role => ({ ...role, inline: Object.fromEntries(Object.entries(role.inline).filter(([name]) => name !== policyName)) }));
  }

  /** Creates a customer managed policy, or sets its document. */
  putManagedPolicy(arn: string, document: unknown): void {
    const policy = identityPolicy(document);
    if (policySize(policy) > MANAGED_LIMIT) {
      throw new IamError('LimitExceeded', `Cannot exceed quota for PolicySize: ${MANAGED_LIMIT}`);
    }
    this.state.managedPolicies[arn] = changed(this.state.managedPolicies[arn], this.clock.now(), policy);
  }

  attachRolePolicy(roleName: string, policyArn: string): void {
    this.change(roleName, role => ({ ...role, managed: [...new Set([...role.managed, policyArn])] }));
  }

  detachRolePolicy(roleName: string, policyArn: string): void {
    this.change(roleName, role => ({ ...role, managed: role.managed.filter(arn => arn !== policyArn) }));
  }

  /** Deletes the role with everything that it holds. */
  deleteRole(name: string): void {
    this.state.roles[name] = changed(this.state.roles[name], this.clock.now(), null);
  }

  /** Deletes a customer managed policy that no role holds any more. */
  deletePolicy(arn: string): void {
    const now = this.clock.now();
    if (Object.keys(this.state.roles).some(name => valueAt(this.state.roles[name], now)?.managed.includes(arn))) {
      throw new IamError('DeleteConflict', 'Cannot delete a policy attached to entities.');
    }
    this.state.managedPolicies[arn] = changed(this.state.managedPolicies[arn], now, null);
  }

  /** AWS's access-denied sentence, or undefined when the role may. A role that no template declared may everything. */
  denial(roleArn: string, action: string, resourceArn: string, context: Readonly<Record<string, string>> = {}): string | undefined {
    const request = { roleArn, action, resourceArn, context };
    const [, , , , account, role] = roleArn.split(':');
    const reason = this.moments()
      .map(moment => this.permissionsAt(roleArn, moment))
      .map(permissions => permissions && this.decisions.refusal(permissions, request))
      .find(refused => refused !== undefined);
    if (reason === undefined) {
      this.usedPermissions.set([roleArn, action, resourceArn].join(' '), { roleArn, action, resourceArn });
      return undefined;
    }
    const session = `arn:${roleArn.split(':')[1]}:sts::${account}:assumed-role/${role.split('/').pop()}/simulated`;
    return `User: ${session} is not authorized to perform: ${action} on resource: ${resourceArn} ${reason}`;
  }

  /** Whether the service may assume the role, now and as far as IAM's news has travelled. */
  assumableBy(roleArn: string, servicePrincipal: string): boolean {
    return this.moments().every(moment => {
      const role = this.roleAt(roleArn, moment);
      return role === 'unknown' || (role !== undefined && trusts(role.trust, servicePrincipal));
    });
  }

  /** Whether the role was once declared and is gone. */
  isDeleted(roleArn: string): boolean {
    return this.roleAt(roleArn, this.clock.now()) === undefined;
  }

  /** Accesses that were asked for and allowed, in the order of their first use. */
  used(): UsedPermission[] {
    return [...this.usedPermissions.values()];
  }

  private save(role: Role): void {
    if (policySize(role.trust) > TRUST_LIMIT) {
      throw new IamError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${TRUST_LIMIT}`);
    }
    const inlineSize = Object.values(role.inline).reduce((sum, policy) => sum + policySize(policy), 0);
    if (inlineSize > INLINE_LIMIT) {
      throw new IamError('LimitExceeded', `Maximum policy size of ${INLINE_LIMIT} bytes exceeded for role ${role.name}`);
    }
    if (role.managed.length > MANAGED_PER_ROLE) {
      throw new IamError('LimitExceeded', `Cannot exceed quota for PoliciesPerRole: ${MANAGED_PER_ROLE}`);
    }
    for (const arn of [...role.managed, ...role.boundary ? [role.boundary] : []]) {
      if (!this.managedPolicyAt(arn, this.clock.now())) {
        throw new IamError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`);
      }
    }
    this.state.roles[role.name] = changed(this.state.roles[role.name], this.clock.now(), role);
  }

  private find(name: string): Role | undefined {
    return valueAt(this.state.roles[name], this.clock.now()) ?? undefined;
  }

  /** A role that no template declared exists, may everything, and takes any policy. */
  private change(roleName: string, change: (role: Role) => Role): void {
    const role = this.find(roleName);
    if (role) {
      this.save(change(role));
    } else if (Object.hasOwn(this.state.roles, roleName)) {
      throw new IamError('NoSuchEntity', `The role with name ${roleName} cannot be found.`);
    }
  }

  /** An access must be allowed at both: what was taken away is gone at once, what was given has to arrive. */
  private moments(): number[] {
    const now = this.clock.now();
    return [now, now - this.propagationSeconds * 1000];
  }

  private roleAt(roleArn: string, time: number): Role | 'unknown' | undefined {
    const history = Object.values(this.state.roles).find(({ versions }) => versions.some(({ value }) => value?.arn === roleArn));
    return history ? valueAt(history, time) ?? undefined : 'unknown';
  }

  private permissionsAt(roleArn: string, time: number): Permissions | undefined {
    const role = this.roleAt(roleArn, time);
    if (role === 'unknown') {
      return undefined;
    }
    const attached = (role?.managed ?? []).map(arn => this.managedPolicyAt(arn, time)).filter(policy => policy !== undefined);
    const boundary = role?.boundary && (this.managedPolicyAt(role.boundary, time) ?? ALLOWS_NOTHING);
    return { identityPolicies: [...Object.values(role?.inline ?? {}), ...attached], ...boundary && { boundary } };
  }

  private managedPolicyAt(arn: string, time: number): PolicyDocument | undefined {
    return isAwsManaged(arn) ? awsManagedPolicy(arn) : valueAt(this.state.managedPolicies[arn], time) ?? undefined;
  }
}

function trusts(trust: PolicyDocument, servicePrincipal: string): boolean {
  const matching = statementsOf(trust).filter(({ Principal: principal, Action: action }) =>
    listOf(action ?? []).includes('sts:AssumeRole') && listOf((principal as { Service?: string | string[] }).Service ?? []).includes(servicePrincipal));
  if (matching.some(statement => statement.Condition)) {
    throw new Error('The simulator does not know conditions in a trust policy');
  }
  return matching.some(({ Effect: effect }) => effect === 'Allow') && !matching.some(({ Effect: effect }) => effect === 'Deny');
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
