import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IBackupVault } from 'aws-cdk-lib/aws-backup';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { OneTimeCopyJobProvider } from './one-time-copy-job-provider';

/** What to copy, where to, and what becomes of the copy. */
export interface OneTimeCopyJobProps {
  /**
   * The ARN of the recovery point to copy.
   *
   * A literal that is no recovery point ARN, has a wildcard, or is of another Region or account than the source vault, is an error at
   * synthesis. The `destinationRecoveryPointArn` of another `OneTimeCopyJob` makes this copy wait for that one, whose destination must be
   * the source vault. Points in cold storage cannot be copied. Warnings that can be acknowledged on the job: a continuous backup
   * (`cdk-backup-copy-job:continuousBackup`), because AWS Backup may refuse it, and what another job of the stack copies to the same vault
   * (`cdk-backup-copy-job:sameCopy`).
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
   * there and the vault's access policy allows `backup:CopyIntoBackupVault`. The source vault itself, to re-encrypt for instance, is a
   * warning that can be acknowledged (`cdk-backup-copy-job:sameVault`).
   *
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
   */
  readonly destinationBackupVault: IBackupVault;

  /**
   * The role that AWS Backup copies with. AWS Backup needs it for as long as the copy exists, to carry out its lifecycle: for copies that
   * are kept, a role that outlives the stack is best. It must be of the stack's account, and one of the app must trust
   * `backup.amazonaws.com`, else an error at synthesis. One that goes with the stack is a warning that can be acknowledged
   * (`cdk-backup-copy-job:roleIsDeleted`).
   *
   * @default - one role a provider with `AWSBackupServiceRolePolicyForBackup`; it is retained when the stack is deleted, under `DESTROY`
   * too and whatever an aspect says of removal policies
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
   */
  readonly role?: IRole;

  /**
   * How long after the *source's* creation the copy moves to cold storage: whole days, from 1 to 36,500, else an error at synthesis.
   *
   * @default - the source's lifecycle, unless `deleteAfter` gives one
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
   */
  readonly moveToColdStorageAfter?: Duration;

  /**
   * How long after the *source's* creation the copy is deleted: whole days, from 1 to 36,500, and at least 90 days after
   * `moveToColdStorageAfter`, else an error at synthesis.
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
   * Asks for a copy that is never moved and never deleted, by sending -1 for both. Cannot be combined with `moveToColdStorageAfter`, `deleteAfter` and `optInToArchiveForSupportedResources`.
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
   * @default - derived from account, Region, the stack's name as deployed, recovery point, vaults, lifecycle and removal policy; and, under
   * `RETAIN`, from the construct path, under `DESTROY` from the logical id
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
   */
  readonly idempotencyToken?: string;

  /**
   * Whether the deployment waits until the copy is complete. When it does not, only `copyJobId`, `creationDate` and `isParent` are known:
   * any other attribute that is read is an error at synthesis, and so are `timeout` and `RemovalPolicy.DESTROY`.
   *
   * @default true
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeCopyJob.html
   */
  readonly waitForCompletion?: boolean;

  /**
   * How long the deployment waits for the copy: whole seconds, from 1 minute to 18 days. Anything else, or a token, is an error at synthesis.
   *
   * When it is over the deployment fails, the copy job goes on, and the next deployment takes it over. CloudFormation gives a custom
   * resource one hour, so each 55 minutes take a resource of their own: 8 hours are nine resources, and 18 days are 472, which is
   * about what a stack of at most 500 has room for. It can be changed at any time, and nothing is copied or deleted then.
   *
   * @default Duration.minutes(55)
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-customresource.html
   */
  readonly timeout?: Duration;

  /**
   * What becomes of the copied recovery point when the job is removed from the stack, replaced by another copy, or its stack deleted:
   * `RETAIN` keeps it, `DESTROY` deletes it and waits until it is gone.
   *
   * `RETAIN` into a vault of the app that is deleted with its stack is a warning (`cdk-backup-copy-job:vaultIsDeleted`): AWS Backup deletes
   * no vault with recovery points in it. `DESTROY` is an error at synthesis with a destination in another account, where nothing can be deleted, with an `idempotencyToken` and
   * with `waitForCompletion: false`. `SNAPSHOT` and `RETAIN_ON_UPDATE_OR_DELETE` are always errors.
   *
   * @default RemovalPolicy.RETAIN
   * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The functions that do the work. It cannot be changed on a deployed job: CloudFormation refuses another service token.
   *
   * @default OneTimeCopyJobProvider.getOrCreate(this)
   * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
   */
  readonly provider?: OneTimeCopyJobProvider;
}
