import { CfnResource, CustomResource, Duration, Lazy, RemovalPolicy, ScopedAws, Stack, Token } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct, Dependable, IConstruct, IDependable } from 'constructs';
import { differ } from './backup-vaults';
import { checkChain, checkTrust, remember, warnOfOthers } from './check-others';
import { checkedTimeout, checkPlaces, checkRemovalPolicy, claimToken, LONGEST_WAIT } from './check-props';
import { checkTypes } from './check-types';
import { AttributeName, COPY_JOB_RESOURCE_TYPE, CopyJobProperties, LEG_RESOURCE_TYPE } from './contract';
import { ANY_STACK, DELETE_RECOVERY_POINT, FOLLOW_RECOVERY_POINT, LIST_STACK_RESOURCES, START_COPY_JOB } from './handler-permissions';
import { lifecycleProperties } from './lifecycle';
import { nestedStacks, rootStack } from './nested-stacks';
import { OneTimeCopyJobProps } from './one-time-copy-job-props';
import { OneTimeCopyJobProvider } from './one-time-copy-job-provider';
import { copyArnPatterns, isContinuous, parseRecoveryPointArn, RecoveryPointArn } from './recovery-point-arn';
import { warn } from './warning';

/** What StartCopyJob itself answers. */
const KNOWN_AT_START: readonly AttributeName[] = ['CopyJobId', 'CreationDate', 'IsParent'];

/** CloudFormation learns this long after the handler's own end that no answer comes. */
const ANSWER_MARGIN = Duration.minutes(3);

/**
 * Copies one AWS Backup recovery point to another vault, once, when the stack is deployed, and waits until it is there.
 *
 * The deployment fails with AWS Backup's own words when the copy fails. Updates, rollbacks and retries start no second copy.
 *
 * What DescribeCopyJob tells of the job are attributes. The rest are not attributes of it: `AccountId`, `SourceBackupVaultArn`,
 * `SourceRecoveryPointArn`, `DestinationBackupVaultArn` and `IamRoleArn`, as the template says them itself; `CreatedBy` and
 * `CreatedByBackupJobId`, which only jobs of backup plans have; `ParentJobId` and `CompositeMemberIdentifier`, which only child jobs have.
 *
 * @example
 * const copy = new OneTimeCopyJob(this, 'Copy', {
 *   recoveryPointArn: 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0',
 *   sourceBackupVault: backup.BackupVault.fromBackupVaultName(this, 'Source', 'prod'),
 *   destinationBackupVault: backup.BackupVault.fromBackupVaultArn(this, 'Dr', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'),
 * });
 * new CfnOutput(this, 'CopiedTo', { value: copy.destinationRecoveryPointArn });
 */
export class OneTimeCopyJob extends Construct {
  /** The role that AWS Backup copies with, for instance for `key.grantEncryptDecrypt(copy.role)`. */
  public readonly role: IRole;

  private readonly resource: CustomResource;
  private readonly waits: boolean;

  constructor(scope: Construct, id: string, props: OneTimeCopyJobProps) {
    super(scope, id);
    props = withoutNulls(props ?? {});
    checkTypes(this, props);
    const recoveryPoint = parseRecoveryPointArn(this, props.recoveryPointArn);
    checkPlaces(this, props, recoveryPoint);
    checkRemovalPolicy(this, props);
    claimToken(this, props.idempotencyToken);
    checkChain(this, props);
    checkTrust(this, props);
    warnOfOthers(this, props);
    const timeout = checkedTimeout(this, props);
    if (recoveryPoint && isContinuous(recoveryPoint)) {
      warn(this, 'continuousBackup', `${props.recoveryPointArn} is a continuous backup, whose copy AWS Backup may refuse. Copy a snapshot backup instead.`);
    }

    const provider = props.provider ?? OneTimeCopyJobProvider.getOrCreate(this);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const destroyed = removalPolicy === RemovalPolicy.DESTROY;
    this.waits = props.waitForCompletion ?? true;
    this.role = props.role ?? provider._defaultCopyRole();

    const shares = Math.ceil(timeout.toSeconds() / LONGEST_WAIT.toSeconds());
    const share = Duration.seconds(Math.ceil(timeout.toSeconds() / shares));
    const properties: CopyJobProperties = {
      RecoveryPointArn: props.recoveryPointArn,
      SourceBackupVaultName: props.sourceBackupVault.backupVaultName,
      SourceRegion: props.sourceBackupVault.env.region,
      DestinationBackupVaultArn: props.destinationBackupVault.backupVaultArn,
      IamRoleArn: this.role.roleArn,
      IdempotencyToken: props.idempotencyToken,
      Lifecycle: lifecycleProperties(this, props),
      RemovalPolicy: destroyed ? 'destroy' : 'retain',
      ConstructPath: this.node.path,
      ...nestedProperties(Stack.of(this)),
      TimeoutSeconds: share.toSeconds(),
      WaitForCompletion: this.waits,
    };
    // What the role was granted, a key for instance, must be there when AWS Backup begins to copy with it.
    const first = [grantsOf(this.role), ...this.allow(provider, props, { recoveryPoint, destroyed })];
    const resource = (resourceId: string, resourceType: string, policy: RemovalPolicy, follow: CustomResource | undefined, more: object) => {
      const created = new CustomResource(this, resourceId, {
        serviceToken: provider._serviceToken,
        resourceType,
        serviceTimeout: (policy === RemovalPolicy.DESTROY ? LONGEST_WAIT : share).plus(ANSWER_MARGIN),
        removalPolicy: policy,
        properties: { ...properties, Follow: follow?.ref, ...more },
      });
      created.node.addDependency(...first);
      return created;
    };

    const copyLogicalId = Lazy.string({ produce: () => (this.node.defaultChild as CfnResource).logicalId });
    const legs: CustomResource[] = [];
    for (let n = 1; n < shares; n++) legs.push(resource(`Leg${n}`, LEG_RESOURCE_TYPE, RemovalPolicy.RETAIN, legs.at(-1), { CopyLogicalId: copyLogicalId }));
    this.resource = resource('Resource', COPY_JOB_RESOURCE_TYPE, removalPolicy, legs.at(-1), {});
    // What depends on the construct waits for the copy itself.
    const own = this.resource.node.defaultChild as CfnResource;
    legs.forEach(each => shareCondition(own, each.node.defaultChild as CfnResource));
    this.node.defaultChild = own;
    remember(own, props);
  }

  /** The ARN of the recovery point that the copy made. */
  public get destinationRecoveryPointArn(): string {
    return this.attribute('DestinationRecoveryPointArn');
  }

  /** The copy job's id, a UUID. */
  public get copyJobId(): string {
    return this.attribute('CopyJobId');
  }

  /** The copy job's state: `COMPLETED`. */
  public get copyJobState(): string {
    return this.attribute('CopyJobState');
  }

  /** What AWS Backup says of the job's state, often nothing for a completed job. Cut when the response to CloudFormation would grow too long. */
  public get statusMessage(): string {
    return this.attribute('StatusMessage');
  }

  /**
   * AWS Backup's category of the status message, such as `SUCCESS`.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/monitoring.html
   */
  public get messageCategory(): string {
    return this.attribute('MessageCategory');
  }

  /** The type of the resource that was backed up, such as `EBS`. */
  public get resourceType(): string {
    return this.attribute('ResourceType');
  }

  /** The ARN of the resource that was backed up. */
  public get resourceArn(): string {
    return this.attribute('ResourceArn');
  }

  /** The name of the resource that was backed up, empty when it has none. Cut when the response to CloudFormation would grow too long. */
  public get resourceName(): string {
    return this.attribute('ResourceName');
  }

  /** The size of the copy in bytes, as a decimal number in a string. */
  public get backupSizeInBytes(): string {
    return this.attribute('BackupSizeInBytes');
  }

  /** When the copy job was created: ISO 8601, UTC. */
  public get creationDate(): string {
    return this.attribute('CreationDate');
  }

  /** When the copy job was completed: ISO 8601, UTC. */
  public get completionDate(): string {
    return this.attribute('CompletionDate');
  }

  /** The ARN of the KMS key that encrypts the copy. */
  public get destinationEncryptionKeyArn(): string {
    return this.attribute('DestinationEncryptionKeyArn');
  }

  /** The destination vault's type: `BACKUP_VAULT` or `LOGICALLY_AIR_GAPPED_BACKUP_VAULT`. */
  public get destinationVaultType(): string {
    return this.attribute('DestinationVaultType');
  }

  /** The destination vault's lock state, such as `LOCKED`. */
  public get destinationVaultLockState(): string {
    return this.attribute('DestinationVaultLockState');
  }

  /**
   * The lifecycle that the copy was made with, in days, as JSON: `{"MoveToColdStorageAfterDays":30,"DeleteAfterDays":365}`. A template that asks
   * for none cannot know what the copy got from its source. A later change in place is not told here.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  public get destinationRecoveryPointLifecycle(): string {
    return this.attribute('DestinationRecoveryPointLifecycle');
  }

  /** `true` for a composite job, which copies the members of a stack or an application, else `false`. */
  public get isParent(): string {
    return this.attribute('IsParent');
  }

  /** The number of a composite job's child jobs, as a decimal number in a string. Empty for any other job. */
  public get numberOfChildJobs(): string {
    return this.attribute('NumberOfChildJobs');
  }

  /** A composite job's child jobs counted by state, as JSON: `{"COMPLETED":2}`. Empty for any other job. */
  public get childJobsInState(): string {
    return this.attribute('ChildJobsInState');
  }

  private attribute(name: AttributeName): string {
    if (!this.waits && !KNOWN_AT_START.includes(name)) {
      throw new Error(`${this.node.path}: the attribute ${name} is known only when the copy is complete, but waitForCompletion is false. `
        + 'Wait for the copy, or do not use the attribute.');
    }
    return this.resource.getAttString(name);
  }

  /** Gives the handler what it needs for this job; the result is what the job has to wait for. */
  private allow(
    provider: OneTimeCopyJobProvider,
    props: OneTimeCopyJobProps,
    { recoveryPoint, destroyed }: { recoveryPoint?: RecoveryPointArn; destroyed: boolean },
  ): IConstruct[] {
    const { account, region } = props.destinationBackupVault.env;
    const stack = Stack.of(this);
    const { partition } = stack;
    const isElsewhere = differ(account, stack.account);
    const followed = isElsewhere ? [] : copyArnPatterns(recoveryPoint, { partition, region, account });
    // A parameter that changes changes its policies before the old copy is deleted.
    const anyRegion = Token.isUnresolved(region) && region !== stack.region ? '*' : region;
    const deleted = isElsewhere || !destroyed ? [] : copyArnPatterns(recoveryPoint, { partition, region: anyRegion, account: stack.account });
    const policies = [
      provider._allow(this, START_COPY_JOB, props.recoveryPointArn),
      provider._allowPassing(this, this.role),
      ...provider._allowDescribingStacks(this),
      ...destroyed ? [provider._allowForDeletion(this, LIST_STACK_RESOURCES, ANY_STACK)] : [],
      ...followed.length > 0 ? [provider._allow(this, FOLLOW_RECOVERY_POINT, ...followed)] : [],
      ...deleted.length > 0 ? [provider._allowForDeletion(this, DELETE_RECOVERY_POINT, ...deleted)] : [],
    ];
    return policies.filter(policy => policy !== undefined);
  }
}

/** A leg without its copy would make one that nobody holds: a condition that either is given, by an escape hatch, both have. */
function shareCondition({ cfnOptions }: CfnResource, leg: CfnResource): void {
  Object.defineProperty(leg.cfnOptions, 'condition', {
    enumerable: true,
    get: () => cfnOptions.condition,
    set: condition => cfnOptions.condition = condition,
  });
}

/** What is granted to the role, now or later; the role itself the resource names. */
function grantsOf(role: IRole): IDependable {
  const grants = {};
  Dependable.implement(grants, {
    get dependencyRoots() {
      return role.node.children.filter(child => child !== role.node.defaultChild);
    },
  });
  return grants;
}

/** A program in JavaScript may say null for what it leaves out, and give no props at all. */
function withoutNulls<T extends object>(props: T): T {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== null)) as T;
}

/** What a job in a nested stack says of the stacks around it. */
function nestedProperties(stack: Stack): Pick<CopyJobProperties, 'RootStackName' | 'NestedStacks'> {
  if (!stack.nestedStackParent) return {};
  // The root's name as deployed: one template may be deployed under many names.
  return { RootStackName: new ScopedAws(rootStack(stack)).stackName, NestedStacks: nestedStacks(stack).join('/') };
}
