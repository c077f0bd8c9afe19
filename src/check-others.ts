import { AspectPriority, Aspects, CfnDeletionPolicy, CfnResource, Reference, RemovalPolicy, Stack, Tokenization } from 'aws-cdk-lib';
import { IBackupVault } from 'aws-cdk-lib/aws-backup';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { differ } from './backup-vaults';
import { AttributeName } from './contract';
import { invalidProp, invalidValue } from './invalid-prop';
import { rootStack } from './nested-stacks';
import { OneTimeCopyJobProps } from './one-time-copy-job-props';
import { warn } from './warning';

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

/** That a role of the app lets AWS Backup assume it, which may be said only after the job is made. */
export function checkTrust(scope: Construct, { role }: OneTimeCopyJobProps): void {
  if (!Role.isRole(role)) return;
  const trust = role.assumeRolePolicy;
  scope.node.addValidation({
    validate: () => !trust || trustsBackup(Stack.of(role).resolve(trust) as object) ? [] : [invalidValue('role', role.node.path,
      'AWS Backup may not assume it. Let its assumedBy be, or have beside others, new ServicePrincipal(\'backup.amazonaws.com\').')],
  });
}

/** Warns of what AWS takes, and hardly anybody means. */
export function warnOfOthers(scope: Construct, props: OneTimeCopyJobProps): void {
  const { recoveryPointArn, sourceBackupVault: source, destinationBackupVault: destination, idempotencyToken = '' } = props;
  const stack = Stack.of(scope);
  const known = copies.get(stack) ?? new Map<string, string>();
  copies.set(stack, known);
  const copy = JSON.stringify([recoveryPointArn, source.backupVaultName, source.env.region, destination.backupVaultArn, idempotencyToken]);
  const other = known.get(copy);
  known.set(copy, scope.node.path);
  if (other) {
    warn(scope, 'sameCopy', `${other} copies the same recovery point to the same vault, so there will be two copies.`);
  }
  // Whether vault and role stay is known only when all aspects have been there.
  Aspects.of(scope).add({ visit: node => node === scope && warnOfWhatGoes(scope, props) }, { priority: AspectPriority.READONLY });
}

function warnOfWhatGoes(scope: Construct, { destinationBackupVault: vault, removalPolicy = RemovalPolicy.RETAIN, role }: OneTimeCopyJobProps): void {
  if (removalPolicy === RemovalPolicy.RETAIN && goesWithItsStack(vault)) {
    warn(scope, 'vaultIsDeleted', `the copy is kept, but the vault ${vault.node.path} that it is in goes with its stack, and AWS Backup deletes no vault with recovery `
      + 'points: the deletion of that stack will fail. Keep the vault, too, or give the copy RemovalPolicy.DESTROY.');
  }
  if (role && rootStack(Stack.of(role)) === rootStack(Stack.of(scope)) && goesWithItsStack(role)) {
    warn(scope, 'roleIsDeleted', `the role ${role.node.path} goes with its stack, when a deployment fails, too, but AWS Backup needs it while the copy runs, and to carry out `
      + 'the lifecycle of one that is kept. Keep it: role.applyRemovalPolicy(RemovalPolicy.RETAIN).');
  }
}

function goesWithItsStack({ node: { defaultChild: resource } }: IConstruct): boolean {
  return CfnResource.isCfnResource(resource) && (resource.cfnOptions.deletionPolicy ?? CfnDeletionPolicy.DELETE) === CfnDeletionPolicy.DELETE;
}

function trustsBackup(trust: { Statement?: Array<{ Effect: string; Principal?: Record<string, unknown> }> }): boolean {
  return (trust.Statement ?? []).some(({ Effect, Principal }) => Effect === 'Allow' && [Principal?.Service ?? []].flat()
    .some(service => typeof service !== 'string' || service.startsWith('backup.')));
}
