import { DescribeRecoveryPointCommandOutput } from '@aws-sdk/client-backup';
import { describeRecoveryPoint, parseVaultArn } from '../aws/aws-backup';
import { findPatiently, PATIENCE } from '../aws/patience';
import { Runtime } from '../aws/runtime';
import { CopyJobError } from '../messages/copy-job-error';
import { CopyRequest } from '../messages/request';

/** Whether a recovery point of that status is no copy any more; one that is CREATING, PARTIAL or AVAILABLE is. */
export function isGone(status: string | undefined): boolean {
  return status === 'DELETING' || status === 'EXPIRED';
}

/** Whether the copy is in another account, into which no action reaches. */
export function isElsewhere({ properties, stack }: CopyRequest): boolean {
  return parseVaultArn(properties.DestinationBackupVaultArn).account !== stack.account;
}

/** Whether the copy is to be deleted where nobody here can delete it. */
export function isOutOfReach(request: CopyRequest): boolean {
  return request.properties.RemovalPolicy === 'destroy' && isElsewhere(request);
}

export function outOfReach({ properties }: CopyRequest, done: string): CopyJobError {
  return new CopyJobError(`The removalPolicy is DESTROY, but a copy in the account ${parseVaultArn(properties.DestinationBackupVaultArn).account} can only be deleted there. ${done}`);
}

/** The copied recovery point, if it is there; what is not found is looked for so long. */
export async function existingPoint(
  runtime: Runtime, request: CopyRequest, arn: string, notFound = 0,
): Promise<DescribeRecoveryPointCommandOutput | undefined> {
  const point = await findPatiently(runtime, request, 'describe-recovery-point', () =>
    describeRecoveryPoint(runtime, request.properties.DestinationBackupVaultArn, arn), { ...PATIENCE, 'not-found': notFound });
  return isGone(point?.Status) ? undefined : point;
}
