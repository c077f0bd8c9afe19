import { Annotations, CfnResource, CustomResource, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { IBackupVault } from 'aws-cdk-lib/aws-backup';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { checkVault, differ, isSameVault } from './backup-vaults';
import { AttributeName, COPY_JOB_RESOURCE_TYPE, CopyJobProperties, LONGEST_WAIT_MINUTES } from './contract';
import { FOLLOW_RECOVERY_POINT, START_COPY_JOB } from './handler-permissions';
import { invalidProp } from './invalid-prop';
import { lifecycleProperties } from './lifecycle';
import { OneTimeCopyJobProvider } from './one-time-copy-job-provider';
import { copyArnPatterns, isContinuous, parseRecoveryPointArn, RecoveryPointArn } from './recovery-point-arn';

/** What to copy, where to, and what becomes of the copy. */
export interface OneTimeCopyJobProps {
  /**
   * The ARN of the recovery point to copy.
   *
   * A literal that is no recovery point ARN is an error at synthesis. The `destinationRecoveryPointArn` of another `OneTimeCopyJob` makes
   * this copy wait for that one. Points in cold storage cannot be copied; of a continuous backup (`recovery-point:continuous:`) the
   * synthesis warns, because AWS Backup may refuse it.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
   */
  readonly recoveryPointArn: string;

  /**
   * The backup vault in which the recovery point is. It may be in another Region than the stack, but not in another account.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/vaults.html
   */
  readonly sourceBackupVault: IBackupVault;

  /**
   * The backup vault to copy to: in any Region, and in another account of the same organization when cross-account backup is enabled
   * there and the vault's access policy allows `backup:CopyIntoBackupVault`.
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
   */
  readonly destinationBackupVault: IBackupVault;

  /**
   * The role that AWS Backup copies with. AWS Backup needs it for as long as the copy exists, to carry out its lifecycle: for copies that
   * are kept, a role that outlives the stack is best. It must be of the stack's account and trust `backup.amazonaws.com`.
   *
   * @default - one role a provider with `AWSBackupServiceRolePolicyForBackup`, retained when the stack is deleted
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
   */
  readonly role?: IRole;

  /**
   * How long after the *source's* creation the copy moves to cold storage: whole days, from 1, else an error at synthesis.
   *
   * @default - the source's lifecycle, unless `deleteAfter` gives one
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  readonly moveToColdStorageAfter?: Duration;

  /**
   * How long after the *source's* creation the copy is deleted: whole days, from 1, and at least 90 days after `moveToColdStorageAfter`,
   * else an error at synthesis.
   *
   * @default - the source's lifecycle, unless `moveToColdStorageAfter` gives one
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  readonly deleteAfter?: Duration;

  /**
   * Whether resource types that must be opted in to cold storage, such as Amazon EBS, move there too.
   *
   * @default - not sent
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  readonly optInToArchiveForSupportedResources?: boolean;

  /**
   * Asks for a copy that is never moved and never deleted, by sending -1 for both. Cannot be combined with the three props above.
   *
   * The AWS Backup Developer Guide adds that such a copy keeps the source's expiry; a copy for good is best asked for with
   * `deleteAfter: Duration.days(36500)`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html#Backup-StartCopyJob-request-Lifecycle
   */
  readonly removeLifecycle?: boolean;

  /**
   * The token by which AWS Backup knows two requests for one.
   *
   * It is sent unaltered: a job that it already names is taken over when it makes this very copy, and is an error otherwise. The same
   * literal twice in a stack is an error at synthesis. Give another value to copy the same recovery point to the same vault again.
   *
   * @default - derived from account, Region, stack name, construct path, recovery point, vaults and removal policy
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
   */
  readonly idempotencyToken?: string;

  /**
   * How long the deployment waits for the copy: whole seconds, from 1 minute to 55 minutes, no token; else an error at synthesis.
   *
   * When it is over the deployment fails, and the copy job goes on.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * What becomes of the copied recovery point when the job is removed from the stack: `RETAIN` keeps it. The others are errors at
   * synthesis.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The functions that do the work. It cannot be changed on a deployed job: CloudFormation refuses another service token.
   *
   * @default OneTimeCopyJobProvider.getOrCreate(this)
   */
  readonly provider?: OneTimeCopyJobProvider;
}

const DEFAULT_TIMEOUT = Duration.minutes(LONGEST_WAIT_MINUTES);

/** CloudFormation learns this long after the handler's own end that no answer comes. */
const ANSWER_MARGIN = Duration.minutes(3);

/** The literal tokens that a stack already uses, each with the path of its job. */
const tokensInUse = new WeakMap<Stack, Map<string, string>>();

/**
 * Copies one AWS Backup recovery point to another vault, once, when the stack is deployed, and waits until it is there.
 *
 * The deployment fails with AWS Backup's own words when the copy fails. Updates, rollbacks and retries start no second copy.
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

  constructor(scope: Construct, id: string, props: OneTimeCopyJobProps) {
    super(scope, id);
    const recoveryPoint = parseRecoveryPointArn(this, props.recoveryPointArn);
    this.checkPlaces(props, recoveryPoint);
    this.checkRemovalPolicy(props);
    this.claimToken(props.idempotencyToken);
    const timeout = this.checkedTimeout(props.timeout ?? DEFAULT_TIMEOUT);
    if (recoveryPoint && isContinuous(recoveryPoint)) {
      // On the stack, where the same text counts once.
      Annotations.of(Stack.of(this)).addWarningV2('cdk-backup-copy-job:continuousBackup',
        'A OneTimeCopyJob copies a continuous backup, which AWS Backup may refuse; copy a snapshot backup instead.');
    }

    const provider = props.provider ?? OneTimeCopyJobProvider.getOrCreate(this);
    this.role = props.role ?? provider._defaultCopyRole(true);

    const { partition } = Stack.of(this);
    const destination = props.destinationBackupVault.env;
    const permissions = [
      provider._allow(this, START_COPY_JOB, props.recoveryPointArn),
      provider._allowPassing(this, this.role),
    ];
    if (!differ(destination.account, Stack.of(this).account)) {
      for (const arn of copyArnPatterns(recoveryPoint, { partition, region: destination.region, account: destination.account })) {
        permissions.push(provider._allow(this, FOLLOW_RECOVERY_POINT, arn));
      }
    }

    const properties: CopyJobProperties = {
      RecoveryPointArn: props.recoveryPointArn,
      SourceBackupVaultName: props.sourceBackupVault.backupVaultName,
      SourceRegion: props.sourceBackupVault.env.region,
      DestinationBackupVaultArn: props.destinationBackupVault.backupVaultArn,
      IamRoleArn: this.role.roleArn,
      IdempotencyToken: props.idempotencyToken,
      Lifecycle: lifecycleProperties(this, props),
      RemovalPolicy: 'retain',
      StackName: rootStack(this).stackName,
      ConstructPath: this.node.path,
      TimeoutSeconds: timeout.toSeconds(),
    };
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider._serviceToken,
      resourceType: COPY_JOB_RESOURCE_TYPE,
      serviceTimeout: timeout.plus(ANSWER_MARGIN),
      removalPolicy: RemovalPolicy.RETAIN,
      properties,
    });
    // What the role was granted, a key for instance, must be there when AWS Backup begins to copy with it.
    this.resource.node.addDependency(this.role, ...permissions.filter(policy => policy !== undefined));
    // What depends on the construct waits for the copy itself.
    this.node.defaultChild = this.resource.node.defaultChild as CfnResource;
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

  /** What AWS Backup says of the job's state; often empty for a completed job. Cut when the response to CloudFormation would grow too long. */
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

  /** The name of the resource that was backed up; empty when it has none. Cut when the response to CloudFormation would grow too long. */
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

  /** `true` for a composite job, which copies the members of a stack or an application; `false` otherwise. */
  public get isParent(): string {
    return this.attribute('IsParent');
  }

  /** The number of a composite job's child jobs, as a decimal number in a string; empty for any other job. */
  public get numberOfChildJobs(): string {
    return this.attribute('NumberOfChildJobs');
  }

  /** A composite job's child jobs counted by state, as JSON: `{"COMPLETED":2}`; empty for any other job. */
  public get childJobsInState(): string {
    return this.attribute('ChildJobsInState');
  }

  private attribute(name: AttributeName): string {
    return this.resource.getAttString(name);
  }

  private checkPlaces(props: OneTimeCopyJobProps, recoveryPoint?: RecoveryPointArn): void {
    const { sourceBackupVault: source, destinationBackupVault: destination, role } = props;
    const { account, partition } = Stack.of(this);
    checkVault(this, 'sourceBackupVault', source);
    checkVault(this, 'destinationBackupVault', destination);
    if (isSameVault(this, source, destination)) {
      throw invalidProp(this, 'destinationBackupVault', destination.backupVaultName,
        'that is the source vault. Give another vault, which may be in another Region or account.');
    }
    if (differ(source.env.account, account)) {
      throw invalidProp(this, 'sourceBackupVault', source.backupVaultArn,
        `AWS Backup starts a copy only in the account of the source vault, and the stack's account is ${account}. `
        + 'Deploy the job in a stack of the vault\'s account.');
    }
    if (role && differ(role.env.account, account)) {
      throw invalidProp(this, 'role', role.roleArn,
        `a role can be passed to AWS Backup only in its own account, and the stack's account is ${account}. Give a role of that account.`);
    }
    if (recoveryPoint && differ(recoveryPoint.region, source.env.region)) {
      throw invalidProp(this, 'recoveryPointArn', props.recoveryPointArn,
        `the source vault '${source.backupVaultName}' is in ${source.env.region}. Give the vault that holds the recovery point, for instance with `
        + 'BackupVault.fromBackupVaultArn.');
    }
    for (const [prop, arn] of [['sourceBackupVault', source.backupVaultArn], ['destinationBackupVault', destination.backupVaultArn]]) {
      const vaultPartition = Token.isUnresolved(arn) ? undefined : arn.split(':')[1];
      const others = [recoveryPoint?.partition, partition];
      const other = others.find(known => differ(vaultPartition, known));
      if (other) {
        throw invalidProp(this, prop, arn, `the recovery point or the stack is in the partition '${other}'. AWS Backup copies within one partition only.`);
      }
    }
  }

  private checkRemovalPolicy({ removalPolicy = RemovalPolicy.RETAIN }: OneTimeCopyJobProps): void {
    if (removalPolicy !== RemovalPolicy.RETAIN) {
      throw invalidProp(this, 'removalPolicy', removalPolicy, 'a copy is always kept. Leave removalPolicy out, and delete the recovery point in AWS Backup.');
    }
  }

  private claimToken(token: string | undefined): void {
    if (token === undefined || Token.isUnresolved(token)) return;
    if (token === '') {
      throw invalidProp(this, 'idempotencyToken', token, 'a token has at least one character. Leave it out to have one derived.');
    }
    const stack = Stack.of(this);
    const tokens = tokensInUse.get(stack) ?? new Map<string, string>();
    tokensInUse.set(stack, tokens);
    const other = tokens.get(token);
    if (other) {
      throw invalidProp(this, 'idempotencyToken', token, `${other} has it too, and would be handed the same copy job. Give each job a token of its own, or none.`);
    }
    tokens.set(token, this.node.path);
  }

  private checkedTimeout(timeout: Duration): Duration {
    if (timeout.isUnresolved()) {
      throw invalidProp(this, 'timeout', 'a token', 'it shapes the template. Use a literal Duration.');
    }
    const seconds = timeout.toSeconds({ integral: false });
    if (!Number.isInteger(seconds) || seconds < 60 || seconds > DEFAULT_TIMEOUT.toSeconds()) {
      throw invalidProp(this, 'timeout', `${seconds} seconds`,
        `it must be whole seconds from 1 minute to ${LONGEST_WAIT_MINUTES} minutes, as CloudFormation allows a custom resource one hour.`);
    }
    return timeout;
  }
}

function rootStack(scope: Construct): Stack {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  return stack;
}
