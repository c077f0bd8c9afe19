import { isDeepStrictEqual } from 'node:util';
import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { CopyJobError } from './copy-job-error';
import { backupVaultArn, integer, oneOf, positiveInteger, refusal, region, truth } from './property-value';
import { CopyJobProperties, LEG_RESOURCE_TYPE, LifecycleProperties, LONGEST_WAIT_MINUTES } from '../../src/contract';

/** What CloudFormation asks for, with numbers and booleans made from the strings that it sends. */
export interface CopyRequest {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly id: string;
  readonly logicalId: string;
  /** Undefined for a Create. */
  readonly physicalResourceId?: string;
  readonly properties: CopyJobProperties;
  /** Of an Update. */
  readonly oldProperties?: Pick<CopyJobProperties, 'Lifecycle' | 'WaitForCompletion'>;
  /** Whether an Update changes nothing: CloudFormation asks once more for what failed, or may have been left undone. */
  readonly isRepeated: boolean;
  readonly stack: { readonly id: string; readonly account: string; readonly region: string; readonly rootName: string };
  /** When CloudFormation made the request, in milliseconds since the epoch; the same however often and late it is delivered. */
  readonly time: number;
  /** When the function that has it now was invoked. */
  readonly begun: number;
  /** When the wait for the copy, or for its deletion, is over. */
  readonly deadline: number;
}

/** AWS's other clocks may differ this much from that of CloudFormation's signature, which says when a request was made. */
export const CLOCK_TOLERANCE = 60_000;

export function parseRequest(event: CloudFormationCustomResourceEvent, now: number): CopyRequest {
  const [, , , stackRegion, account, resource = ''] = event.StackId.split(':');
  const properties = parseProperties(event.ResourceProperties);
  const time = requestTime(event.ResponseURL) ?? now;
  return {
    type: event.RequestType,
    id: event.RequestId,
    logicalId: event.LogicalResourceId,
    physicalResourceId: event.RequestType === 'Create' ? undefined : event.PhysicalResourceId,
    properties,
    oldProperties: event.RequestType === 'Update' ? parseOldProperties(event.OldResourceProperties) : undefined,
    isRepeated: event.RequestType === 'Update' && isDeepStrictEqual(event.ResourceProperties, event.OldResourceProperties),
    stack: { id: event.StackId, account, region: stackRegion, rootName: properties.RootStackName ?? resource.split('/')[1] },
    time,
    begun: now,
    deadline: time + (event.RequestType === 'Delete' ? LONGEST_WAIT_MINUTES * 60 : properties.TimeoutSeconds) * 1_000,
  };
}

export function isLeg(event: CloudFormationCustomResourceEvent): boolean {
  return event.ResourceType === LEG_RESOURCE_TYPE;
}

/** Whether the copy is to be deleted when its resource is. */
export function isDestroyed(event: CloudFormationCustomResourceEvent): boolean {
  return event.ResourceProperties.RemovalPolicy === 'destroy';
}

/**
 * Events carry no time, but the ResponseURL is pre-signed: it says when, or until when it is valid, which is two hours later.
 */
function requestTime(responseUrl: string): number | undefined {
  const query = URL.canParse(responseUrl) ? new URL(responseUrl).searchParams : new URLSearchParams();
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  if (signed) {
    const [year, month, day, hour, minute, second] = signed.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }
  const expires = Number(query.get('Expires'));
  return expires > 0 ? (expires - 7_200) * 1_000 : undefined;
}

function parseProperties(raw: Record<string, unknown>): CopyJobProperties {
  const optional = (name: keyof CopyJobProperties): string | undefined => {
    const value = raw[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') throw new CopyJobError(`The property ${name} must be a text that is not empty.`);
    return value;
  };
  const required = (name: keyof CopyJobProperties): string => {
    const value = optional(name);
    if (value === undefined) throw new CopyJobError(`The property ${name} is missing.`);
    return value;
  };
  return {
    RecoveryPointArn: required('RecoveryPointArn'),
    SourceBackupVaultName: required('SourceBackupVaultName'),
    SourceRegion: region('SourceRegion', required('SourceRegion')),
    DestinationBackupVaultArn: backupVaultArn('DestinationBackupVaultArn', required('DestinationBackupVaultArn')),
    IamRoleArn: required('IamRoleArn'),
    IdempotencyToken: optional('IdempotencyToken'),
    Lifecycle: parseLifecycle(raw.Lifecycle),
    RemovalPolicy: oneOf('RemovalPolicy', required('RemovalPolicy'), ['retain', 'destroy']),
    ConstructPath: required('ConstructPath'),
    RootStackName: optional('RootStackName'),
    NestedStacks: optional('NestedStacks'),
    TimeoutSeconds: positiveInteger('TimeoutSeconds', required('TimeoutSeconds')),
    WaitForCompletion: truth('WaitForCompletion', required('WaitForCompletion')),
    Follow: optional('Follow'),
    CopyLogicalId: optional('CopyLogicalId'),
  };
}

/** A rollback comes from properties that may have been refused, so these are taken as they are. */
function parseOldProperties({ Lifecycle, WaitForCompletion }: Record<string, unknown>): CopyRequest['oldProperties'] {
  return { Lifecycle: oldLifecycle(Lifecycle), WaitForCompletion: WaitForCompletion === 'true' };
}

/** A refused one is different from any other: what the copy has then is looked up. */
function oldLifecycle(raw: unknown): LifecycleProperties | undefined {
  try {
    return parseLifecycle(raw);
  } catch {
    return {};
  }
}

function parseLifecycle(raw: unknown): LifecycleProperties | undefined {
  if (raw === undefined) return undefined;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw refusal('Lifecycle', raw, 'an object');
  const { MoveToColdStorageAfterDays: cold, DeleteAfterDays: end, OptInToArchiveForSupportedResources: optIn } = raw as Record<string, unknown>;
  // All its parts may be AWS::NoValue.
  if (Object.keys(raw).length === 0) return undefined;
  return {
    ...cold !== undefined && { MoveToColdStorageAfterDays: integer('Lifecycle.MoveToColdStorageAfterDays', cold) },
    ...end !== undefined && { DeleteAfterDays: integer('Lifecycle.DeleteAfterDays', end) },
    ...optIn !== undefined && { OptInToArchiveForSupportedResources: truth('Lifecycle.OptInToArchiveForSupportedResources', optIn) },
  };
}
