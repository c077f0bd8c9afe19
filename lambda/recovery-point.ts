import { DescribeRecoveryPointCommandOutput } from '@aws-sdk/client-backup';
import { describeRecoveryPoint, parseVaultArn } from './aws-backup';
import { findPatiently, PATIENCE } from './patience';
import { CopyRequest } from './request';
import { Runtime } from './runtime';

/** Whether a recovery point of that status is no copy any more; one that is CREATING, PARTIAL or AVAILABLE is. */
export function isGone(status: string | undefined): boolean {
  return status === 'DELETING' || status === 'EXPIRED';
}

/** Whether the copy is in another account, into which no action reaches. */
export function isElsewhere({ properties, stack }: CopyRequest): boolean {
  return parseVaultArn(properties.DestinationBackupVaultArn).account !== stack.account;
}

/** The copied recovery point, if it is there; what is not found is looked for so long. */
export async function existingPoint(
  runtime: Runtime, request: CopyRequest, arn: string, notFound = 0,
): Promise<DescribeRecoveryPointCommandOutput | undefined> {
  const point = await findPatiently(runtime, request, 'describe-recovery-point', () =>
    describeRecoveryPoint(runtime, request.properties.DestinationBackupVaultArn, arn), { ...PATIENCE, 'not-found': notFound });
  return isGone(point?.Status) ? undefined : point;
}
