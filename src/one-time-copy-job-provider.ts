import { createHash } from 'crypto';
import * as path from 'path';
import { Aws, CfnParameter, CfnResource, Duration, IResolvable, Reference, RemovalPolicy, ScopedAws, Stack, Tokenization } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, IConstruct } from 'constructs';
import { acceptDefaults, acceptDependencyOnRole, acceptFramework, acceptManagedPolicy, acceptPattern } from './accepted-findings';
import { checkTypes } from './check-types';
import {
  addStatement, ANY_STACK, DESCRIBE_COPY_JOB, DESCRIBE_ROOT_STACK, DESCRIBE_STACK, HandlerPermissions, PASS_COPY_ROLE, Permission, shortestLength,
} from './handler-permissions';
import { invalidProp } from './invalid-prop';
import { isNestedIn, rootStack } from './nested-stacks';

/** How the functions behind one or many jobs run. */
export interface OneTimeCopyJobProviderProps {
  /**
   * How long to wait between two looks at a running copy job: 5 seconds to 1 minute, whole seconds.
   *
   * A value outside that range, or a token, is an error at synthesis: the interval shapes the waiter's state machine, and a longer one
   * would not fit into the 3,600 seconds that CloudFormation gives a custom resource.
   *
   * @default Duration.seconds(30)
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeCopyJob.html
   */
  readonly pollInterval?: Duration;

  /**
   * The VPC to run the functions in.
   *
   * A VPC without a way to the internet needs interface endpoints for AWS Backup (in every Region where a source vault is, and where a
   * copy is to be looked after), CloudFormation, Lambda and Step Functions, and a gateway endpoint for Amazon S3, to which the answers to
   * CloudFormation go. Where the stack makes these itself, let the jobs depend on them: `copy.node.addDependency(endpoint)`.
   *
   * @default - the functions run outside of any VPC
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-network.html
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets to run the functions in. Only with `vpc`, else an error at synthesis.
   *
   * @default - the VPC's default strategy
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the functions. Only with `vpc`, else an error at synthesis.
   *
   * @default - a security group a function, with all outbound traffic allowed
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Where the functions log.
   *
   * @default - a log group of its own that keeps three months and is deleted with the stack
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * The key that encrypts the functions' environment variables (ARNs of one another and a number of attempts, no secrets).
   *
   * @default - an AWS managed key
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
   */
  readonly environmentEncryption?: kms.IKey;
}

const SHARED_ID = 'cdk-backup-copy-job.Provider';
const DEFAULT_POLL_INTERVAL = Duration.seconds(30);

/** IAM counts all inline policies of a role together. */
const LONGEST_INLINE_POLICIES = 10_240;

/** The handler ends a wait by its own clock, at 55 minutes at the latest; the waiter must neither end it earlier nor reach CloudFormation's 3,600 s. */
const WAITER_SECONDS = Duration.minutes(58).toSeconds();

/**
 * The functions that start and follow copy jobs. One serves any number of jobs of its stack and of the stacks nested in it.
 *
 * Its construct ids are a public contract, as CloudFormation never lets a deployed job change to another provider.
 *
 * @example
 * declare const key: kms.IKey;
 * OneTimeCopyJobProvider.getOrCreate(this, { pollInterval: Duration.minutes(1), environmentEncryption: key });
 */
export class OneTimeCopyJobProvider extends Construct {
  /**
   * The stack's shared provider, made at the first call.
   *
   * Props set it up, so they belong to the first call, before any job is made. Other props at a later call are an error that names both
   * places; a later call without props gets the provider as it is.
   */
  public static getOrCreate(scope: Construct, props?: OneTimeCopyJobProviderProps): OneTimeCopyJobProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(SHARED_ID);
    if (!existing) {
      const provider = new OneTimeCopyJobProvider(stack, SHARED_ID, props);
      provider.setUpBy = scope.node.path;
      return provider;
    }
    if (!(existing instanceof OneTimeCopyJobProvider)) {
      throw new Error(`${scope.node.path}: the id '${SHARED_ID}' in ${stack.node.path} is taken by a construct that is not this library's `
        + 'OneTimeCopyJobProvider. Is the library installed twice? Install it once, or hand each job a \'provider\' of your own.');
    }
    if (saysAnything(props) && !isSame(props, existing.props)) {
      throw new Error(`${scope.node.path}: the shared OneTimeCopyJobProvider of ${stack.node.path} was already set up, with other props, by `
        + `${existing.setUpBy}. Set it up in one place, before the first job, or hand jobs a 'provider' of your own.`);
    }
    return existing;
  }

  /**
   * What a custom resource names as its `ServiceToken`.
   *
   * @internal
   */
  public readonly _serviceToken: string;

  private readonly props: OneTimeCopyJobProviderProps;
  private readonly handlerRole: iam.Role;
  private readonly permissions: HandlerPermissions;
  private readonly inlinePolicies: iam.Policy[] = [];
  private copyRole?: iam.Role;
  private setUpBy = this.node.path;

  constructor(scope: Construct, id: string, props: OneTimeCopyJobProviderProps = {}) {
    super(scope, id);
    checkTypes(this, props);
    this.props = props;
    const pollInterval = checkedPollInterval(this, props.pollInterval ?? DEFAULT_POLL_INTERVAL);
    for (const prop of ['vpcSubnets', 'securityGroups'] as const) {
      if (props[prop] && !props.vpc) throw invalidProp(this, prop, 'set', 'there is no vpc. Give vpc too, or leave it out.');
    }
    const network = { vpc: props.vpc, vpcSubnets: props.vpcSubnets, securityGroups: props.securityGroups };
    const logGroup = props.logGroup ?? new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    this.handlerRole = new iam.Role(this, 'HandlerRole', {
      description: 'Starts and follows AWS Backup copy jobs',
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: props.vpc && [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole')],
    });
    if (props.vpc) acceptManagedPolicy(this.handlerRole, 'AWSLambdaVPCAccessExecutionRole', 'A function needs it to run in a VPC.');
    logGroup.grantWrite(this.handlerRole);
    acceptPattern(this.handlerRole, logGroup.logGroupArn, 'The ARN of a log group ends with an asterisk, for its log streams.');
    this.permissions = new HandlerPermissions(this.handlerRole);
    this.permissions.allow(DESCRIBE_COPY_JOB, '*');

    const code = lambda.Code.fromAsset(path.join(__dirname, '..', 'assets', 'lambda', 'index'));
    const handler = (handlerId: string, entry: string, timeout: Duration) => new lambda.Function(this, handlerId, {
      ...network,
      code,
      handler: `index.${entry}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      memorySize: 256,
      timeout,
      role: this.handlerRole,
      logGroup,
    });
    const framework = new Provider(this, 'Framework', {
      ...network,
      // Waits for room at AWS Backup for up to 12 minutes.
      onEventHandler: handler('OnEvent', 'onEvent', Duration.minutes(15)),
      // A poll makes up to four calls, each of which may take a minute to fail.
      isCompleteHandler: handler('IsComplete', 'isComplete', Duration.minutes(5)),
      queryInterval: pollInterval,
      totalTimeout: Duration.seconds(WAITER_SECONDS - WAITER_SECONDS % pollInterval.toSeconds()),
      logGroup,
      disableWaiterStateMachineLogging: true,
      providerFunctionEnvEncryption: props.environmentEncryption,
    });
    // With the SDK's three attempts, Lambda throttling the handler for five seconds, as a small concurrency quota does, fails the deployment
    // with a stack trace. Twelve wait for two to three minutes, which fits into the fifteen that a function of the framework may take.
    for (const child of framework.node.children) {
      if (child instanceof lambda.Function) child.addEnvironment('AWS_MAX_ATTEMPTS', '12');
    }
    acceptFramework(framework, props.vpc !== undefined);
    acceptDependencyOnRole(this);
    acceptDefaults(this, props);
    this._serviceToken = framework.serviceToken;
    this.node.addValidation({ validate: () => this.checkInlinePolicies() });
  }

  /**
   * The role that AWS Backup copies with when a job names none.
   *
   * Kept when the stack goes, whatever an aspect says and whatever becomes of the copies of today: AWS Backup may still be copying with it,
   * or need it for the lifecycle or the deletion of a copy that an earlier template kept. Who wants it gone gives a role of their own.
   *
   * @internal
   */
  public _defaultCopyRole(): iam.IRole {
    if (!this.copyRole) {
      this.copyRole = new iam.Role(this, 'CopyRole', {
        description: 'AWS Backup copies recovery points with it and carries out their lifecycle',
        assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForBackup')],
      });
      acceptManagedPolicy(this.copyRole, 'AWSBackupServiceRolePolicyForBackup', 'AWS keeps this policy up to date with what AWS Backup needs to copy each type.');
      keep(this.copyRole);
    }
    return this.copyRole;
  }

  /**
   * Lets the handler do something for one job, before that job's custom resource asks for it.
   *
   * A resource ARN that comes out of another resource gets a policy that only this job waits for: in the shared policies one copy that
   * feeds another would be a dependency cycle.
   *
   * @internal
   */
  public _allow(job: Construct, permission: Permission, ...resources: string[]): IConstruct | undefined {
    if (resources.some(resource => this.waitsForResource(resource))) return this.allowInOwnPolicy(job, permission, resources);
    for (const resource of resources) this.permissions.allow(permission, resource);
    return undefined;
  }

  /**
   * Lets the handler do something that the deletion of a copy needs, by a policy that the job has to depend on.
   *
   * CloudFormation takes permissions away before it deletes what an update removed. So what is needed together has a policy of its own
   * here, which goes only after the last job that needs it.
   *
   * @internal
   */
  public _allowForDeletion(job: Construct, permission: Permission, ...resources: string[]): IConstruct {
    if (resources.some(resource => this.waitsForResource(resource))) return this.allowInOwnPolicy(job, permission, resources);
    const what = JSON.stringify([permission.actions, Stack.of(this).resolve(resources)]);
    const id = `ForDeletion${createHash('sha256').update(what).digest('hex').slice(0, 8)}`;
    const existing = this.node.tryFindChild(id);
    if (existing) return existing;
    const policy = this.ownPolicy(this, id);
    addStatement(policy, permission, ...resources);
    return policy;
  }

  /**
   * Lets the handler ask CloudFormation how the job's stack and the root of it are doing.
   *
   * @internal
   */
  public _allowDescribingStacks(job: Construct): IConstruct[] {
    const [stack, own] = [Stack.of(job), Stack.of(this)];
    if (stack === own) {
      const root = stack.nestedStackParent && new ScopedAws(rootStack(stack)).stackId;
      return [
        this._allowForDeletion(job, DESCRIBE_STACK, Aws.STACK_ID),
        ...root ? [this._allowForDeletion(job, DESCRIBE_ROOT_STACK, root)] : [],
      ];
    }
    if (!isNestedIn(stack, own)) {
      throw new Error(`${job.node.path}: its provider ${this.node.path} is in another stack, of which the job's stack is no part. `
        + 'Use a provider of the same stack or of one that it is nested in.');
    }
    // The id of a stack nested in the provider's would be a dependency cycle.
    return [this._allowForDeletion(job, DESCRIBE_STACK, ANY_STACK)];
  }

  /**
   * Lets the handler pass a copy role to AWS Backup.
   *
   * @internal
   */
  public _allowPassing(job: Construct, role: iam.IRole): IConstruct | undefined {
    if (Stack.of(role) !== Stack.of(this)) return this._allow(job, PASS_COPY_ROLE, role.roleArn);
    this.permissions.allow(PASS_COPY_ROLE, role.roleArn);
    return undefined;
  }

  /** In one statement: all inline policies of the role together have 10,240 characters. */
  private allowInOwnPolicy(job: Construct, permission: Permission, resources: string[]): IConstruct {
    const own = job.node.tryFindChild('HandlerPolicy') as iam.Policy | undefined ?? this.ownPolicy(job, 'HandlerPolicy');
    addStatement(own, permission, ...resources);
    return own;
  }

  /** A policy of the handler's role that somebody waits for explicitly. The role attaches it, unless roles are made elsewhere. */
  private ownPolicy(scope: Construct, id: string): iam.Policy {
    const policy = new iam.Policy(scope, id);
    this.handlerRole.attachInlinePolicy(policy);
    this.inlinePolicies.push(policy);
    return policy;
  }

  private checkInlinePolicies(): string[] {
    const length = this.inlinePolicies.reduce((sum, { document }) => sum + shortestLength(JSON.stringify(document)), 0);
    return length <= LONGEST_INLINE_POLICIES ? [] : [
      `the inline policies for its jobs have at least ${length} characters, and IAM allows a role ${LONGEST_INLINE_POLICIES}. They are for recovery points `
      + 'that other resources name, and for DESTROY. Give some of the jobs a OneTimeCopyJobProvider of their own (provider).',
    ];
  }

  /** Whether a string is made from anything but literals, pseudo parameters and parameters of the provider's own template, which wait for nothing. */
  private waitsForResource(value: string): boolean {
    const stack = Stack.of(this);
    const waitsForNothing = (token: IResolvable) => {
      if (Reference.isReference(token) && token.target instanceof CfnParameter) return Stack.of(token.target) === stack;
      const resolved = resolvedOf(stack, token);
      return typeof resolved === 'string' || String(resolved?.Ref).startsWith('AWS::');
    };
    return !Tokenization.reverseString(value).tokens.every(waitsForNothing);
  }
}

/** Keeps the role: no aspect, at whatever priority, changes what overrides the template. */
function keep({ node: { defaultChild } }: iam.Role): void {
  // There is none where roles are made elsewhere.
  if (!CfnResource.isCfnResource(defaultChild)) return;
  for (const policy of ['DeletionPolicy', 'UpdateReplacePolicy']) defaultChild.addOverride(policy, 'Retain');
}

/** Undefined for what is only known later: a lazy text may fail when it is asked for too early. */
function resolvedOf(stack: Stack, token: IResolvable): string | { Ref?: string } | undefined {
  try {
    return stack.resolve(token) as string | { Ref?: string };
  } catch {
    return undefined;
  }
}

function checkedPollInterval(scope: Construct, interval: Duration): Duration {
  if (interval.isUnresolved()) {
    throw invalidProp(scope, 'pollInterval', 'a token', 'it shapes the waiter\'s state machine. Use a literal Duration.');
  }
  const seconds = interval.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 5 || seconds > 60) {
    throw invalidProp(scope, 'pollInterval', interval.toString(), 'it must be whole seconds from 5 seconds to 1 minute. Use e.g. Duration.seconds(30).');
  }
  return interval;
}

/** Other languages hand over an object of nothing for props that are left out. */
function saysAnything(props: object | undefined): boolean {
  return Object.values(props ?? {}).some(value => value !== undefined && value !== null);
}

/** Whether two settings are the same: durations by their length, constructs by identity, the rest by value. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a ?? undefined, b ?? undefined)) return true;
  if (a instanceof Duration && b instanceof Duration) return a.toMilliseconds() === b.toMilliseconds();
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Construct.isConstruct(a) || Construct.isConstruct(b)) return false;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.every(key => isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
