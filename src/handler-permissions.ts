import { Aws } from 'aws-cdk-lib';
import { IRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/** One kind of statement; all resources that need it share it. */
export interface Permission {
  readonly actions: string[];
  readonly conditions?: Record<string, Record<string, string>>;
}

export const START_COPY_JOB: Permission = { actions: ['backup:StartCopyJob'] };

export const PASS_COPY_ROLE: Permission = {
  actions: ['iam:PassRole'],
  conditions: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } },
};

/** A recovery point's ARN is not known before it exists: its patterns are held to the stack's own account. */
export const FOLLOW_RECOVERY_POINT: Permission = {
  actions: ['backup:DescribeRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
  conditions: { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
};

/** AWS Backup describes copy jobs without resource-level permissions. */
export const DESCRIBE_COPY_JOB: Permission = { actions: ['backup:DescribeCopyJob'] };

/** A managed policy holds 6,144 characters; the rest is for the statements themselves. */
const CHARACTERS_A_POLICY = 5_400;

/**
 * The handler role's policies, inside IAM's limits however many jobs there are.
 *
 * CDK splits a policy between statements, never inside one, and a statement a job is too long for 400 jobs; so each policy here
 * has one statement a permission, and a new policy begins when the last is full.
 */
export class HandlerPermissions {
  private readonly allowed = new Set<string>();
  private readonly statements = new Map<Permission, PolicyStatement>();
  private policies = 0;
  private policy?: ManagedPolicy;
  private room = 0;

  /** The policies become children of `role`, so whatever depends on the role waits for them. */
  constructor(private readonly role: IRole & IConstruct) {}

  public allow(permission: Permission, resource: string): void {
    const key = `${permission.actions.join()} ${resource}`;
    if (this.allowed.has(key)) return;
    this.allowed.add(key);

    const length = estimatedLength(resource) + '"",'.length;
    if (!this.policy || length > this.room) {
      this.policy = new ManagedPolicy(this.role, `Copies${++this.policies}`, { roles: [this.role] });
      this.statements.clear();
      this.room = CHARACTERS_A_POLICY;
    }
    this.room -= length;

    const statement = this.statements.get(permission);
    if (statement) {
      statement.addResources(resource);
    } else {
      const added = policyStatement(permission, resource);
      this.statements.set(permission, added);
      this.policy.addStatements(added);
    }
  }
}

/** A partition, Region or account has at most 16 characters; what else a token becomes, a role's name for instance, has hardly more than 64. */
function estimatedLength(text: string): number {
  return text.replace(/\$\{Token\[AWS\.[^\]]*\]\}/g, ' '.repeat(16)).replace(/\$\{Token\[[^\]]*\]\}/g, ' '.repeat(64)).length;
}

export function policyStatement(permission: Permission, resource: string): PolicyStatement {
  return new PolicyStatement({ actions: permission.actions, conditions: permission.conditions, resources: [resource] });
}
