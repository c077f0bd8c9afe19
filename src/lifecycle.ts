import { Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { LifecycleProperties } from './contract';
import { invalidProp } from './invalid-prop';

/** The props that say what becomes of the copy in time. */
export interface LifecycleProps {
  readonly moveToColdStorageAfter?: Duration;
  readonly deleteAfter?: Duration;
  readonly optInToArchiveForSupportedResources?: boolean;
  readonly removeLifecycle?: boolean;
}

const DAYS_IN_COLD_STORAGE = 90;

/**
 * A hundred years: the documented maximum of a backup's lifecycle.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
 */
const MOST_DAYS = 36_500;

/** What StartCopyJob is sent as `Lifecycle`; undefined when no prop asks for one. */
export function lifecycleProperties(scope: IConstruct, props: LifecycleProps): LifecycleProperties | undefined {
  const optIn = props.optInToArchiveForSupportedResources;
  if (props.removeLifecycle) {
    for (const prop of ['moveToColdStorageAfter', 'deleteAfter', 'optInToArchiveForSupportedResources'] as const) {
      if (props[prop] !== undefined) {
        throw invalidProp(scope, prop, props[prop], 'removeLifecycle: true removes every transition and expiry. Leave one of the two out.');
      }
    }
    return { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 };
  }
  const cold = days(scope, 'moveToColdStorageAfter', props.moveToColdStorageAfter);
  const end = days(scope, 'deleteAfter', props.deleteAfter);
  if (cold?.literal !== undefined && end?.literal !== undefined && end.literal < cold.literal + DAYS_IN_COLD_STORAGE) {
    throw invalidProp(scope, 'deleteAfter', `${end.literal} days`,
      `a recovery point stays in cold storage for at least ${DAYS_IN_COLD_STORAGE} days: with moveToColdStorageAfter ${cold.literal} days, `
      + `deleteAfter must be at least ${cold.literal + DAYS_IN_COLD_STORAGE} days.`);
  }
  if (!cold && !end && optIn === undefined) return undefined;
  return {
    MoveToColdStorageAfterDays: cold?.value,
    DeleteAfterDays: end?.value,
    OptInToArchiveForSupportedResources: optIn,
  };
}

function days(scope: IConstruct, prop: string, duration: Duration | undefined): { value: number; literal?: number } | undefined {
  if (!duration) return undefined;
  if (duration.isUnresolved()) {
    if (duration.unitLabel() !== 'days') {
      throw invalidProp(scope, prop, `a token in ${duration.unitLabel()}`, 'a token cannot be converted to days. Use Duration.days(token).');
    }
    return { value: duration.toDays() };
  }
  const value = duration.toDays({ integral: false });
  if (!Number.isInteger(value) || value < 1 || value > MOST_DAYS) {
    throw invalidProp(scope, prop, duration.toString(), `AWS Backup counts whole days, from 1 to ${MOST_DAYS}. Use Duration.days(n).`);
  }
  return { value, literal: value };
}
