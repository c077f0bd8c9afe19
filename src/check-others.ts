import { Annotations, CfnDeletionPolicy, CfnResource, Reference, RemovalPolicy, Stack, Tokenization } from 'aws-cdk-lib';
import { IBackupVault } from 'aws-cdk-lib/aws-backup';
import { Construct } from 'constructs';
import { differ } from './backup-vaults';
import { AttributeName } from './contract';
import { invalidProp } from './invalid-prop';
import { OneTimeCopyJobProps } from './one-time-copy-job-props';

/** Where each job of the app copies to, by its custom resource. */
const destinations = new WeakMap<object, IBackupVault>();

/** The path of the job that makes a copy, by what is copied, for each stack. */
const copies = new WeakMap<Stack, Map<string, string>>();

/** Lets jobs that are made later know this one. */
export function remember(resource: CfnResource, { destinationBackupVault }: OneTimeCopyJobProps): void {
  destinations.set(resource, destinationBackupVault);
}

/** That what another job of the app copied is taken from where that is. */
export function checkChain(scope: Construct, { recoveryPointArn, sourceBackupVault: source }: OneTimeCopyJobProps): void {
  const { firstToken: token, length } = Tokenization.reverseString(recoveryPointArn);
  if (!token || length > 1 || !Reference.isReference(token)) return;
  const first = destinations.get(token.target);
  if (!first) return;
  const { path } = token.target.node.scope!.node.scope!.node;
  if (token.displayName !== 'DestinationRecoveryPointArn' satisfies AttributeName) {
    throw invalidProp(scope, 'recoveryPointArn', `${path}'s ${token.displayName}`, 'that is no recovery point. Use its destinationRecoveryPointArn.');
  }
  if (differ(first.backupVaultName, source.backupVaultName) || differ(first.env.region, source.env.region)) {
    throw invalidProp(scope, 'sourceBackupVault', source.backupVaultName,
      `the recovery point is the copy of ${path}, which is in the vault '${first.backupVaultName}' in ${first.env.region}. Give that vault.`);
  }
}

/** Warns of what AWS takes, and hardly anybody means. */
export function warnOfOthers(scope: Construct, props: OneTimeCopyJobProps): void {
  const { recoveryPointArn, sourceBackupVault: source, destinationBackupVault: destination, idempotencyToken = '', removalPolicy = RemovalPolicy.RETAIN } = props;
  const annotations = Annotations.of(scope);
  const stack = Stack.of(scope);
  const known = copies.get(stack) ?? new Map<string, string>();
  copies.set(stack, known);
  const copy = JSON.stringify([recoveryPointArn, source.backupVaultName, source.env.region, destination.backupVaultArn, idempotencyToken]);
  const other = known.get(copy);
  known.set(copy, scope.node.path);
  if (other) {
    annotations.addWarningV2('cdk-backup-copy-job:sameCopy', `${scope.node.path}: ${other} copies the same recovery point to the same vault, so there will be two copies.`);
  }
  const vault = destination.node.defaultChild;
  if (removalPolicy === RemovalPolicy.RETAIN && CfnResource.isCfnResource(vault) && vault.cfnOptions.deletionPolicy === CfnDeletionPolicy.DELETE) {
    annotations.addWarningV2('cdk-backup-copy-job:vaultIsDeleted', `${scope.node.path}: the copy is kept, but the vault ${destination.node.path} that it is in goes with its `
      + 'stack, and AWS Backup deletes no vault with recovery points: the deletion of that stack will fail. Keep the vault, too, or give the copy RemovalPolicy.DESTROY.');
  }
}
