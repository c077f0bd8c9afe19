import { BackupError } from './backup-error';
import { Identifiers } from './identifiers';

/** The place that a recovery point's ARN names. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

interface Format {
  readonly pattern: RegExp;
  readonly resourceType: string;
  /** Service and start of the name of the resource behind it. */
  readonly resource: readonly [service: string, prefix: string];
  /** Where nothing is said, copies get an ARN of AWS Backup's own. */
  readonly copy?: (place: Place, ids: Identifiers, source: RegExpExecArray) => string;
}

const FORMATS: readonly Format[] = [
  {
    pattern: /^arn:[^:]+:ec2:[^:]+::snapshot\/snap-\w+$/,
    resourceType: 'EBS',
    resource: ['ec2', 'volume/vol-'],
    copy: ({ partition, region }, ids) => `arn:${partition}:ec2:${region}::snapshot/snap-${ids.hex(17)}`,
  },
  {
    pattern: /^arn:[^:]+:ec2:[^:]+::image\/ami-\w+$/,
    resourceType: 'EC2',
    resource: ['ec2', 'instance/i-'],
    copy: ({ partition, region }, ids) => `arn:${partition}:ec2:${region}::image/ami-${ids.hex(17)}`,
  },
  {
    pattern: /^arn:[^:]+:rds:[^:]+:\d{12}:snapshot:.+$/,
    resourceType: 'RDS',
    resource: ['rds', 'db:'],
    copy: ({ partition, region, account }, ids) => `arn:${partition}:rds:${region}:${account}:snapshot:awsbackup:copyjob-${ids.uuid()}`,
  },
  {
    pattern: /^arn:[^:]+:rds:[^:]+:\d{12}:cluster-snapshot:.+$/,
    resourceType: 'Aurora',
    resource: ['rds', 'cluster:'],
    copy: ({ partition, region, account }, ids) => `arn:${partition}:rds:${region}:${account}:cluster-snapshot:awsbackup:copyjob-${ids.uuid()}`,
  },
  // A copied table is a backup of DynamoDB's advanced kind, whatever its source was.
  { pattern: /^arn:[^:]+:dynamodb:[^:]+:\d{12}:table\/[^/]+\/backup\/.+$/, resourceType: 'DynamoDB', resource: ['dynamodb', 'table/'] },
  {
    pattern: /^arn:[^:]+:fsx:[^:]+:\d{12}:backup\/backup-\w+$/,
    resourceType: 'FSx',
    resource: ['fsx', 'file-system/fs-'],
    copy: ({ partition, region, account }, ids) => `arn:${partition}:fsx:${region}:${account}:backup/backup-${ids.hex(17)}`,
  },
  {
    pattern: /^arn:[^:]+:(redshift|redshift-serverless):[^:]+:\d{12}:snapshot:([^/]+)\/.+$/,
    resourceType: 'Redshift',
    resource: ['redshift', 'namespace:'],
    copy: ({ partition, region, account }, ids, [, service, resource]) =>
      `arn:${partition}:${service}:${region}:${account}:snapshot:${resource}/awsbackup:copyjob-${ids.uuid()}`,
  },
  // A serverless snapshot's own ARN.
  {
    pattern: /^arn:[^:]+:redshift-serverless:[^:]+:\d{12}:snapshot\/[0-9a-f-]{36}$/,
    resourceType: 'Redshift Serverless',
    resource: ['redshift-serverless', 'namespace/'],
    copy: ({ partition, region, account }, ids) => `arn:${partition}:redshift-serverless:${region}:${account}:snapshot/${ids.uuid()}`,
  },
  { pattern: /^arn:[^:]+:backup:[^:]+:\d{12}:recovery-point:.+$/, resourceType: 'EFS', resource: ['elasticfilesystem', 'file-system/fs-'] },
];

/** AWS Backup's name of the resource type; a recovery point of a kind that is not known is refused. */
export function resourceTypeOf(recoveryPointArn: string): string {
  return formatOf(recoveryPointArn).resourceType;
}

/** A new ARN for a copy of the recovery point. */
export function copiedArn(recoveryPointArn: string, place: Place, airGapped: boolean, ids: Identifiers): string {
  const { pattern, copy } = formatOf(recoveryPointArn);
  return copy && !airGapped
    ? copy(place, ids, pattern.exec(recoveryPointArn) as RegExpExecArray)
    : `arn:${place.partition}:backup:${place.region}:${place.account}:recovery-point:${ids.uuid().toUpperCase()}`;
}

/** The resource behind a recovery point that no job of the simulation made, so that a recovery point always has the same. */
export function resourceArnOf(recoveryPointArn: string, { partition, region, account }: Place): string {
  const [service, prefix] = formatOf(recoveryPointArn).resource;
  const [, name] = /:table\/([^/]+)\//.exec(recoveryPointArn) ?? /([^:/]+)$/.exec(recoveryPointArn) as RegExpExecArray;
  return `arn:${partition}:${service}:${region}:${account}:${prefix}${name.replace(/^(snap|ami|backup)-/, '').toLowerCase()}`;
}

/** The place in an ARN; an EBS snapshot's has no account. */
export function placeOf(arn: string): Place {
  const [, partition, , region, account] = arn.split(':');
  return { partition, region, account };
}

function formatOf(recoveryPointArn: string): Format {
  const format = FORMATS.find(({ pattern }) => pattern.test(recoveryPointArn));
  if (!format) {
    throw new BackupError('InvalidParameterValueException', `Invalid recovery point ARN: ${recoveryPointArn}`);
  }
  return format;
}
