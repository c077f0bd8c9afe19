/** What usually cures a failure, by what AWS Backup says of it; first match wins. */
const HINTS: readonly (readonly [said: RegExp, cure: string])[] = [
  [/idempotency ?token/i,
    'Nothing was copied. Give another idempotencyToken, or none.'],
  [/cannot be assumed by AWS Backup/i,
    'Let the role\'s trust policy name the service backup.amazonaws.com.'],
  [/iam:PassRole/i,
    'The role must be in the stack\'s account, and nothing (a permissions boundary, an SCP) may deny iam:PassRole to the handler\'s role.'],
  [/is not authorized to perform: backup:(Start|Describe)CopyJob/i,
    'The handler\'s role allows it, so something else denies it: a permissions boundary, a service or resource control policy, or the source vault\'s access policy.'],
  [/vault.* (was )?not found|vault .*does not exist/i,
    'Check name, Region and account of sourceBackupVault and destinationBackupVault.'],
  [/ResourceNotFoundException/,
    'Check that recoveryPointArn is right and in sourceBackupVault.'],
  [/managed CMK can'?t be shared|default key cannot be shared|default Backup service managed key/i,
    'Encrypt source and destination with customer managed KMS keys: AWS managed ones cannot be shared between accounts.'],
  [/key ID is not accessible|KMS key.* (does not exist|is not enabled|permissions?)/i,
    'Let the copy role use the key, which must be enabled: key.grantEncryptDecrypt(copy.role), and in the key\'s own policy where it is in another account.'],
  [/option group/i,
    'AWS Backup names no option group for the copy. Copy a snapshot whose option group has permanent or persistent options with Amazon RDS.'],
  [/tag polic/i,
    'Let the organization\'s tag policy allow the tags of the copy.'],
  [/member of the same organization/i,
    'Both accounts must be in one AWS organization with cross-account backup enabled in its management account.'],
  [/retention specified in the job is not within the range/i,
    'Choose moveToColdStorageAfter and deleteAfter within the destination vault\'s minimum and maximum retention.'],
  [/too many copy jobs|LimitExceeded|Throttling/i,
    'Wait for other copy jobs to end, or let jobs depend on one another so that fewer run at once; then deploy again.'],
  [/not supported for provided resource type/i,
    'AWS Backup cannot copy this resource type there: see its table of feature availability by resource.'],
  [/Failed to unshare snapshot/i,
    'The copy role was deleted while the copy ran: use a role that outlives the stack.'],
  [/Access ?Denied|not authorized/i,
    'Check the copy role\'s permissions, the access policies of both vaults and the policies of both KMS keys.'],
];

/** @param otherwise what to do where none is known */
export function failureHint(said: string, otherwise: string): string {
  return HINTS.find(([pattern]) => pattern.test(said))?.[1] ?? otherwise;
}
