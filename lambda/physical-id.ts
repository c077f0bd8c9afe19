import { createHash } from 'node:crypto';
import { CopyJobError } from './copy-job-error';
import { CopyJobProperties, LifecycleProperties } from '../src/contract';

/*
 * The physical resource id is the only memory there is: CloudFormation keeps it for ever and hands it back with every event,
 * while AWS Backup forgets old jobs.
 *
 *   copy-job/1;JOB|ARN|HASH|LIFECYCLE;JOB|ARN|HASH|LIFECYCLE
 *
 * Newest entry first. The form is frozen, as a rollback may hand an id to older code than made it: later releases only add fields
 * behind LIFECYCLE, which this one passes on unread.
 */

/** One copy that the resource made or took over. */
export interface Entry {
  readonly copyJobId: string;
  /** '' until the copy is complete. */
  readonly recoveryPointArn: string;
  /** What was copied: see `contentHash`. */
  readonly contentHash: string;
  /** What the copy was made with, as AWS Backup told; undefined until it is complete. */
  readonly lifecycle?: LifecycleProperties;
}

const PREFIX = 'copy-job/';
const VERSION = '1';

export function newPhysicalId(entry: Entry): string {
  return `${PREFIX}${VERSION};${formatEntry(entry)}`;
}

/** The id's newest entry, or undefined for an id that is not of this library (CloudFormation and the framework make some up). */
export function newestEntry(physicalId: string): Entry | undefined {
  if (!physicalId.startsWith(PREFIX)) return undefined;
  const [version, newest] = physicalId.slice(PREFIX.length).split(';');
  const [copyJobId, recoveryPointArn, hash, lifecycle] = newest?.split('|') ?? [];
  if (version !== VERSION || !copyJobId || recoveryPointArn === undefined || !hash || lifecycle === undefined) {
    throw new CopyJobError(`The physical resource id '${physicalId}' cannot be read by this release of cdk-backup-copy-job. `
      + 'Nothing was copied or deleted. Deploy with the release that made it, or a later one.');
  }
  return { copyJobId, recoveryPointArn, contentHash: hash, lifecycle: parseLifecycle(lifecycle) };
}

/** Says, in short, what is copied; two jobs with the same hash are after the same copy. */
export function contentHash(properties: CopyJobProperties): string {
  return createHash('sha256').update(JSON.stringify(content(properties))).digest('hex').slice(0, 12);
}

/** What makes a copy that copy. */
export function content(properties: CopyJobProperties): string[] {
  return [
    properties.RecoveryPointArn,
    properties.SourceRegion,
    properties.SourceBackupVaultName,
    properties.DestinationBackupVaultArn,
    properties.IdempotencyToken ?? '',
  ];
}

function formatEntry({ copyJobId, recoveryPointArn, contentHash: hash, lifecycle }: Entry): string {
  return [copyJobId, recoveryPointArn, hash, lifecycle ? formatLifecycle(lifecycle) : ''].join('|');
}

/** `c30,d365,a1`: cold after 30 days, deleted after 365, archive opted in; `-` when AWS Backup named no lifecycle. */
function formatLifecycle(lifecycle: LifecycleProperties): string {
  const { MoveToColdStorageAfterDays: cold, DeleteAfterDays: end, OptInToArchiveForSupportedResources: optIn } = lifecycle;
  return [
    cold === undefined ? '' : `c${cold}`,
    end === undefined ? '' : `d${end}`,
    optIn === undefined ? '' : `a${Number(optIn)}`,
  ].filter(part => part !== '').join() || '-';
}

function parseLifecycle(text: string): LifecycleProperties | undefined {
  if (text === '') return undefined;
  const part = (letter: string) => text.split(',').find(known => known.startsWith(letter))?.slice(1);
  const [cold, end, optIn] = [part('c'), part('d'), part('a')];
  return {
    ...cold !== undefined && { MoveToColdStorageAfterDays: Number(cold) },
    ...end !== undefined && { DeleteAfterDays: Number(end) },
    ...optIn !== undefined && { OptInToArchiveForSupportedResources: optIn === '1' },
  };
}
