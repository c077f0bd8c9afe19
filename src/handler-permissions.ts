import { Aws } from 'aws-cdk-lib';
import { IRole, ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { acceptPattern } from './accepted-findings';
import { warn } from './warning';

/** One kind of statement; all resources that need it share it. */
export interface Permission {
  readonly actions: string[];
  /** What the request's context must say. */
  readonly context?: Readonly<Record<string, string>>;
  /** Where an ARN names no account, a condition holds it to the stack's. */
  readonly ofTheAccount?: boolean;
  /** Why a resource of it may be a pattern. */
  readonly patternReason?: string;
}

export const START_COPY_JOB: Permission = { actions: ['backup:StartCopyJob'] };

export const PASS_COPY_ROLE: Permission = {
  actions: ['iam:PassRole'],
  context: { 'iam:PassedToService': 'backup.amazonaws.com' },
};

/** A recovery point's ARN is not known before it exists: its patterns are held to the stack's own account. */
const OF_THE_ACCOUNT = {
  ofTheAccount: true,
  patternReason: 'The ARN of a copy is known only when the copy is made; the pattern is held to the account of the stack.',
};

export const FOLLOW_RECOVERY_POINT: Permission = {
  actions: ['backup:DescribeRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'],
  ...OF_THE_ACCOUNT,
};

export const DELETE_RECOVERY_POINT: Permission = {
  actions: ['backup:DeleteRecoveryPoint', 'backup:DescribeRecoveryPoint'],
  ...OF_THE_ACCOUNT,
};

/** Any stack of the account and Region. Names of nested stacks are made up by CloudFormation, and cut where they grow too long. */
export const ANY_STACK = `arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/*`;

export const DESCRIBE_STACK: Permission = {
  actions: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource'],
  patternReason: 'The id of a nested stack is not known to the stack that it is part of.',
};

export const DESCRIBE_ROOT_STACK: Permission = { actions: ['cloudformation:DescribeStacks'] };

/** Before a copy is deleted, no other resource of the tree of stacks may hold it: wherever it has been moved since, whatever that stack's name. */
export const LIST_STACK_RESOURCES: Permission = {
  actions: ['cloudformation:ListStackResources'],
  patternReason: 'Before a copy is deleted the handler looks whether a resource of another stack of the tree holds it, and their ids are not known beforehand.',
};

export const DESCRIBE_COPY_JOB: Permission = {
  actions: ['backup:DescribeCopyJob'],
  patternReason: 'AWS Backup has no resource-level permissions for describing copy jobs.',
};

/** IAM's default quota is 10 a role; one is for functions in a VPC. */
const MOST_POLICIES = 9;

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
  private readonly statements = new Map<string, PolicyStatement>();
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
      if (this.policies === MOST_POLICIES + 1) {
        warn(this.role, 'managedPolicies', `the ARNs of its jobs take more than ${MOST_POLICIES} `
          + 'managed policies, and IAM allows a role no more than 10 by default. Have the quota raised, or give some of the jobs a OneTimeCopyJobProvider of their own (provider).');
      }
      this.statements.clear();
      this.room = CHARACTERS_A_POLICY;
    }
    this.room -= length;

    const kind = `${permission.actions.join()} ${namesNoAccount(resource)}`;
    const statement = this.statements.get(kind);
    if (statement) {
      statement.addResources(resource);
      acceptPattern(this.policy, resource, permission.patternReason);
    } else {
      this.statements.set(kind, addStatement(this.policy, permission, resource));
    }
  }
}

/** The ARNs of EBS snapshots and AMIs are so. */
function namesNoAccount(arn: string): boolean {
  return arn.includes('::');
}

/**
 * What a text hardly exceeds when its tokens are known.
 *
 * A partition, Region or account has at most 16 characters; what else becomes a part of an ARN, a role's name for instance, hardly more
 * than 64; a whole ARN hardly more than 200.
 */
function estimatedLength(text: string): number {
  if (/^\$\{Token\[[^\]]*\]\}$/.test(text)) return 200;
  return text.replace(/\$\{Token\[AWS\.[^\]]*\]\}/g, ' '.repeat(16)).replace(/\$\{Token\[[^\]]*\]\}/g, ' '.repeat(64)).length;
}

/** What a text hardly falls short of when its tokens are known: a partition has three characters, a name that AWS makes up more than 32. */
export function shortestLength(text: string): number {
  return text.replace(/\$\{Token\[AWS\.[^\]]*\]\}/g, ' '.repeat(3)).replace(/\$\{Token\[[^\]]*\]\}/g, ' '.repeat(32)).length;
}

/** A statement of its own for the permission. */
export function addStatement(policy: Policy | ManagedPolicy, permission: Permission, ...resources: string[]): PolicyStatement {
  const { actions, context, ofTheAccount, patternReason } = permission;
  // Role.customizeRoles writes into the conditions that it is given.
  const conditions = {
    ...context && { StringEquals: { ...context } },
    // Whether AWS Backup tells IAM the account of what names none is not documented; only that account's vaults can be named anyway.
    ...ofTheAccount && resources.some(namesNoAccount) && { StringEqualsIfExists: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
  };
  const statement = new PolicyStatement({ actions, conditions, resources });
  policy.addStatements(statement);
  resources.forEach(resource => acceptPattern(policy, resource, patternReason));
  return statement;
}
