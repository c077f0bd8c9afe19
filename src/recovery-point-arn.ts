import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { invalidProp } from './invalid-prop';

/** What a recovery point's ARN looks like, by the service that keeps it. */
interface Format {
  readonly service: string;
  /** What follows the account. */
  readonly pattern: RegExp;
  /** What an IAM policy says for any of them. */
  readonly wildcard: string;
  /** The ARNs of EBS snapshots and AMIs name no account. */
  readonly hasNoAccount?: boolean;
}

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html */
const FORMATS: readonly Format[] = [
  { service: 'backup', pattern: /^recovery-point:.+/, wildcard: 'recovery-point:*' },
  { service: 'ec2', pattern: /^snapshot\/.+/, wildcard: 'snapshot/*', hasNoAccount: true },
  { service: 'ec2', pattern: /^image\/.+/, wildcard: 'image/*', hasNoAccount: true },
  { service: 'rds', pattern: /^snapshot:awsbackup:.+/, wildcard: 'snapshot:awsbackup:*' },
  { service: 'rds', pattern: /^cluster-snapshot:awsbackup:.+/, wildcard: 'cluster-snapshot:awsbackup:*' },
  { service: 'dynamodb', pattern: /^table\/[^/]+\/backup\/.+/, wildcard: 'table/*/backup/*' },
  { service: 'fsx', pattern: /^backup\/.+/, wildcard: 'backup/*' },
  { service: 'redshift', pattern: /^snapshot:[^/]+\/.+/, wildcard: 'snapshot:*' },
  { service: 'redshift-serverless', pattern: /^snapshot.+/, wildcard: 'snapshot*' },
];

/** Services whose resources are backed up, and that are easily taken for where their recovery points are. */
const KEEPS_NO_RECOVERY_POINTS: readonly string[] = [
  'backup-gateway', 'backup-storage', 'cloudformation', 'dsql', 'eks', 'elasticfilesystem', 'iam', 'kms', 'lambda', 's3', 'sns', 'sqs', 'ssm', 'ssm-sap', 'storagegateway',
  'timestream',
];

/** A recovery point's ARN in its parts. */
export interface RecoveryPointArn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** What the CDK puts in the place of a context value that it has yet to look up. */
const DUMMY = 'dummy-value-for-';

/** The parts of a literal ARN; undefined for a token, which is known only at deployment. */
export function parseRecoveryPointArn(scope: IConstruct, arn: string): RecoveryPointArn | undefined {
  if (Token.isUnresolved(arn) || arn?.startsWith(DUMMY)) return undefined;
  // In the handler's policy a wildcard would allow to copy other recovery points.
  const match = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]+):(\d{12})?:([^\s*?]+)$/.exec(arn);
  if (!match) {
    throw invalidProp(scope, 'recoveryPointArn', arn,
      'a recovery point ARN has the form arn:partition:service:region:account:resource with a Region (the account may be empty) and no wildcard. '
      + 'Copy it from the recovery point\'s page in the AWS Backup console or from ListRecoveryPointsByBackupVault.');
  }
  const [, partition, service, region, account = '', resource] = match;
  if (KEEPS_NO_RECOVERY_POINTS.includes(service)) {
    throw invalidProp(scope, 'recoveryPointArn', arn,
      `the service '${service}' keeps no recovery points: AWS Backup keeps those of its resources, under ARNs like arn:aws:backup:region:account:recovery-point:id. `
      + 'Give the ARN of the recovery point, not that of the resource.');
  }
  const formats = FORMATS.filter(format => format.service === service);
  if (formats.length > 0 && !formats.some(format => format.pattern.test(resource))) {
    throw invalidProp(scope, 'recoveryPointArn', arn,
      `a recovery point of the service '${service}' has an ARN that ends in ${formats.map(format => `'${format.wildcard}'`).join(' or ')}. `
      + 'Give the ARN of the recovery point, not that of the resource, the vault or the job.');
  }
  const needsAccount = formats.length > 0 && !formats[0].hasNoAccount;
  if (formats.length > 0 && needsAccount !== (account !== '')) {
    throw invalidProp(scope, 'recoveryPointArn', arn, needsAccount
      ? 'a recovery point of this service has the account in its ARN. Copy the whole ARN from the recovery point\'s page in AWS Backup.'
      : 'the ARN of an EBS snapshot or an AMI names no account. Leave it out: arn:aws:ec2:region::snapshot/snap-id.');
  }
  return { partition, service, region, account, resource };
}

/** Whether the ARN says that the recovery point is a continuous backup, whose copy AWS Backup may refuse. */
export function isContinuous(arn: RecoveryPointArn): boolean {
  return arn.resource.startsWith('recovery-point:continuous:');
}

/**
 * The ARNs, for an IAM policy, that a copy of the recovery point may have.
 *
 * A copy has its source's format, or AWS Backup's own (in a logically air-gapped vault, or of a type that AWS Backup manages fully). Of a
 * source that only the deployment knows it may have any: IAM takes no wildcard in the place of the service.
 */
export function copyArnPatterns(source: RecoveryPointArn | undefined, copy: { partition: string; region: string; account: string }): string[] {
  const { partition, region, account } = copy;
  const pattern = ({ service, wildcard, hasNoAccount }: Pick<Format, 'service' | 'wildcard' | 'hasNoAccount'>) =>
    `arn:${partition}:${service}:${region}:${hasNoAccount ? '' : account}:${wildcard}`;
  if (!source) return FORMATS.map(pattern);
  const { service, resource } = source;
  const own = FORMATS.find(format => format.service === service && format.pattern.test(resource))
    ?? { service, wildcard: '*', hasNoAccount: source.account === '' };
  return [...new Set([own, FORMATS[0]].map(pattern))];
}
