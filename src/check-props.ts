import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkVault, differ, isSameVault } from './backup-vaults';
import { LONGEST_WAIT_MINUTES } from './contract';
import { invalidProp } from './invalid-prop';
import { OneTimeCopyJobProps } from './one-time-copy-job-props';
import { RecoveryPointArn } from './recovery-point-arn';
import { warn } from './warning';

/** The most that one custom resource waits; a longer timeout takes more of them. */
export const LONGEST_WAIT = Duration.minutes(LONGEST_WAIT_MINUTES);

/** 472 resources; with those of the provider there is no room for more in the 500 of a stack. */
const LONGEST_TIMEOUT = Duration.days(18);

/** The literal tokens that a stack already uses, each with the path of its job. */
const tokensInUse = new WeakMap<Stack, Map<string, string>>();

/** That vaults, role and recovery point are where AWS Backup can copy from and to, as far as it is known. */
export function checkPlaces(scope: Construct, props: OneTimeCopyJobProps, recoveryPoint?: RecoveryPointArn): void {
  const { sourceBackupVault: source, destinationBackupVault: destination, role } = props;
  const { account, partition } = Stack.of(scope);
  checkVault(scope, 'sourceBackupVault', source);
  checkVault(scope, 'destinationBackupVault', destination);
  if (isSameVault(source, destination)) {
    warn(scope, 'sameVault', `the destinationBackupVault is the source vault '${destination.backupVaultName}'. `
      + 'A copy there, to re-encrypt for instance, is no second place to restore from.');
  }
  if (differ(source.env.account, account)) {
    throw invalidProp(scope, 'sourceBackupVault', source.backupVaultArn,
      `AWS Backup starts a copy only in the account of the source vault, and the stack's account is ${account}. `
      + 'Deploy the job in a stack of the vault\'s account.');
  }
  if (role && differ(role.env.account, account)) {
    throw invalidProp(scope, 'role', role.roleArn,
      `a role can be passed to AWS Backup only in its own account, and the stack's account is ${account}. Give a role of that account.`);
  }
  if (recoveryPoint && differ(recoveryPoint.region, source.env.region)) {
    throw invalidProp(scope, 'recoveryPointArn', props.recoveryPointArn,
      `the source vault '${source.backupVaultName}' is in ${source.env.region}. Give the vault that holds the recovery point, for instance with `
      + 'BackupVault.fromBackupVaultArn.');
  }
  if (role && /:(sts|iam):.*:(assumed-role|user|group)\//.test(role.roleArn)) {
    throw invalidProp(scope, 'role', role.roleArn, 'AWS Backup assumes a role itself. Give the role\'s own ARN, arn:aws:iam::account:role/name.');
  }
  if (recoveryPoint?.account && differ(recoveryPoint.account, source.env.account)) {
    throw invalidProp(scope, 'recoveryPointArn', props.recoveryPointArn,
      `the source vault '${source.backupVaultName}' is in the account ${source.env.account}, and AWS Backup copies only what is there. Deploy the job in the account that `
      + 'has the recovery point.');
  }
  for (const [prop, arn] of [['sourceBackupVault', source.backupVaultArn], ['destinationBackupVault', destination.backupVaultArn]]) {
    const vaultPartition = Token.isUnresolved(arn) ? undefined : arn.split(':')[1];
    const others = [recoveryPoint?.partition, partition];
    const other = others.find(known => differ(vaultPartition, known));
    if (other) {
      throw invalidProp(scope, prop, arn, `the recovery point or the stack is in the partition '${other}'. AWS Backup copies within one partition only.`);
    }
  }
}

/** That a copy which is to be deleted can be, and that nobody else's is. */
export function checkRemovalPolicy(scope: Construct, props: OneTimeCopyJobProps): void {
  const { removalPolicy = RemovalPolicy.RETAIN, destinationBackupVault: destination } = props;
  if (removalPolicy === RemovalPolicy.RETAIN) return;
  if (removalPolicy !== RemovalPolicy.DESTROY) {
    throw invalidProp(scope, 'removalPolicy', removalPolicy, removalPolicy === RemovalPolicy.SNAPSHOT
      ? 'a copy is a backup already. Use RETAIN or DESTROY.'
      : 'what a failed deployment copied is kept on purpose, for the next deployment to take over. Use RETAIN or DESTROY.');
  }
  const { account } = Stack.of(scope);
  if (differ(destination.env.account, account)) {
    throw invalidProp(scope, 'removalPolicy', removalPolicy,
      `the copy goes to the account ${destination.env.account}, and the stack's account ${account} cannot delete there. Use RETAIN.`);
  }
  if (props.idempotencyToken !== undefined) {
    throw invalidProp(scope, 'removalPolicy', removalPolicy, 'with an idempotencyToken of your own a renamed construct would take over the copy that the '
      + 'clean-up of its predecessor then deletes. Leave idempotencyToken out, or use RETAIN.');
  }
  if (props.waitForCompletion === false) {
    throw invalidProp(scope, 'removalPolicy', removalPolicy, 'with waitForCompletion: false the copied recovery point is not known. Wait for the copy, or use RETAIN.');
  }
}

/** That no other job of the stack has the token: AWS Backup would hand both the same copy job. */
export function claimToken(scope: Construct, token: string | undefined): void {
  if (token === undefined || Token.isUnresolved(token)) return;
  if (token === '') {
    throw invalidProp(scope, 'idempotencyToken', token, 'a token has at least one character. Leave it out to have one derived.');
  }
  const stack = Stack.of(scope);
  const tokens = tokensInUse.get(stack) ?? new Map<string, string>();
  tokensInUse.set(stack, tokens);
  const other = tokens.get(token);
  if (other) {
    throw invalidProp(scope, 'idempotencyToken', token, `${other} has it too, and would be handed the same copy job. Give each job a token of its own, or none.`);
  }
  tokens.set(token, scope.node.path);
}

/** The timeout, which shapes the template. */
export function checkedTimeout(scope: Construct, { timeout, waitForCompletion }: OneTimeCopyJobProps): Duration {
  if (timeout === undefined) return LONGEST_WAIT;
  if (timeout.isUnresolved()) {
    throw invalidProp(scope, 'timeout', 'a token', 'it shapes the template. Use a literal Duration.');
  }
  const seconds = timeout.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 60 || seconds > LONGEST_TIMEOUT.toSeconds()) {
    throw invalidProp(scope, 'timeout', timeout.toString(), `it must be whole seconds, from 1 minute to ${LONGEST_TIMEOUT.toDays()} days. Use e.g. Duration.hours(8).`);
  }
  if (waitForCompletion === false) {
    throw invalidProp(scope, 'timeout', timeout.toString(), 'with waitForCompletion: false nothing waits for the copy. Leave one of the two out.');
  }
  return timeout;
}
