import { createHash } from 'node:crypto';
import { CopyJobError } from './copy-job-error';
import { CopyJobProperties, LifecycleProperties } from '../../src/contract';

/*
 * The physical resource id is the only memory there is: CloudFormation keeps it for ever and hands it back with every event,
 * while AWS Backup forgets old jobs.
 *
 *   copy-job/1;JOB|ARN|HASH|LIFECYCLE|ASKED;JOB|ARN|HASH|LIFECYCLE|ASKED      a copy, newest entry first
 *   copy-job-leg/1;JOB||HASH||CLAIM|OWN                                       a leg
 *
 * The form is frozen, as a rollback may hand an id to older code than made it: later releases only add fields behind these, which
 * this one passes on unread.
 */

/** One copy that the resource made or took over. */
export interface Entry {
  readonly copyJobId: string;
  /** '' until the copy is complete. */
  readonly recoveryPointArn: string;
  /** What was copied: see `contentHash`. */
  readonly contentHash: string;
  /** What the copy was made with, as AWS Backup told; undefined until it is complete, or when nobody told. */
  readonly lifecycle?: LifecycleProperties;
  /** What lifecycle was asked for: see `lifecycleHash`. AWS Backup may have made something else of it. */
  readonly asked: string;
}

/** What a leg's id tells. */
export interface LegEntry extends Pick<Entry, 'copyJobId' | 'contentHash'> {
  /** For whose copy, and what for: see `claimHash`. */
  readonly claim: string;
  /** Whether the legs started the job, rather than take over an earlier one. */
  readonly own: boolean;
}

const COPY = 'copy-job/1';
const LEG = 'copy-job-leg/1';

/** CloudFormation's limit. */
const LONGEST_ID = 1_024;

export function legId({ own, claim, ...entry }: LegEntry): string {
  return join(LEG, [`${format({ ...entry, recoveryPointArn: '', asked: claim })}|${own ? 'own' : ''}`]);
}

/** What a leg's id tells, or undefined for an id that is not of this library. */
export function legEntry(id: string): LegEntry | undefined {
  const entry = newestEntry(id);
  return entry && { copyJobId: entry.copyJobId, contentHash: entry.contentHash, claim: entry.asked, own: split(id)[0].split('|')[5] === 'own' };
}

export function copyId(entry: Entry): string {
  return join(COPY, [format(entry)]);
}

/** The id of a copy that was changed: the new entry before the whole old id. The oldest entries go when it is full. */
export function changedCopyId(entry: Entry, oldId: string): string {
  return join(COPY, [format(entry), ...isOurs(oldId) ? split(oldId) : []]);
}

/** The id with its newest entry told anew, the rest exactly as it was. */
export function toldAnew(entry: Entry, id: string): string {
  return join(COPY, [format(entry), ...split(id).slice(1)]);
}

/** The rest of the id from the newest entry of that content on, exactly as it was; undefined when it has none. */
export function restoredId(id: string, hash: string): string | undefined {
  const entries = isOurs(id) ? split(id) : [];
  const from = entries.findIndex(text => parse(text).contentHash === hash);
  return from < 0 ? undefined : join(COPY, entries.slice(from));
}

/** The id as it was when its newest copy that ever became complete was the newest of all; undefined when it is, or there is none. */
export function lastCompleteId(id: string): string | undefined {
  const entries = isOurs(id) ? split(id) : [];
  const from = entries.findIndex(text => parse(text).recoveryPointArn);
  return from > 0 ? join(COPY, entries.slice(from)) : undefined;
}

/** Whether the resource of that id holds the job's copy. An id that this release cannot read may hold any copy that it names. */
export function mayHold(id: string, copyJobId: string): boolean {
  try {
    return newestEntry(id)?.copyJobId === copyJobId;
  } catch {
    return id.includes(copyJobId);
  }
}

/** The id's newest entry, or undefined for an id that is not of this library (CloudFormation and the framework make some up). */
export function newestEntry(id: string): Entry | undefined {
  return isOurs(id) ? parse(split(id)[0]) : undefined;
}

/** Says, in short, what is copied; two jobs with the same hash are after the same copy. */
export function contentHash(properties: CopyJobProperties): string {
  return createHash('sha256').update(JSON.stringify(content(properties))).digest('hex').slice(0, 12);
}

/** Says, in short, what lifecycle is asked for. */
export function lifecycleHash(lifecycle: LifecycleProperties | undefined): string {
  return createHash('sha256').update(lifecycle ? formatLifecycle(lifecycle) : '').digest('hex').slice(0, 6);
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

function isOurs(id: string): boolean {
  return /^copy-job(-leg)?\//.test(id);
}

function split(id: string): string[] {
  const [envelope, ...entries] = id.split(';');
  if ((envelope !== COPY && envelope !== LEG) || entries.length === 0) throw unreadable(id);
  return entries;
}

function join(envelope: string, entries: readonly string[]): string {
  const id = [envelope, ...entries].join(';');
  return id.length > LONGEST_ID && entries.length > 1 ? join(envelope, entries.slice(0, -1)) : id;
}

function parse(text: string): Entry {
  const [copyJobId, recoveryPointArn, hash, lifecycle, asked] = text.split('|');
  if (!copyJobId || !hash || lifecycle === undefined || asked === undefined) throw unreadable(text);
  return { copyJobId, recoveryPointArn, contentHash: hash, lifecycle: parseLifecycle(lifecycle), asked };
}

function unreadable(id: string): CopyJobError {
  return new CopyJobError(`The physical resource id '${id}' cannot be read by this release of cdk-backup-copy-job. `
    + 'Nothing was copied or deleted. Deploy with the release that made it, or a later one.');
}

function format({ copyJobId, recoveryPointArn, contentHash: hash, lifecycle, asked }: Entry): string {
  return [copyJobId, recoveryPointArn, hash, lifecycle ? formatLifecycle(lifecycle) : '', asked].join('|');
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
