import { Lifecycle } from '../scenario';
import { BackupError } from './backup-error';

const DAY = 86_400_000;

/** Refuses what AWS Backup does not take as a lifecycle. */
export function checkLifecycle(lifecycle: Lifecycle & { readonly DeleteAfterEvent?: string }): void {
  const { MoveToColdStorageAfterDays: move, DeleteAfterDays: remove } = lifecycle;
  if (lifecycle.DeleteAfterEvent !== undefined) {
    throw invalid('DeleteAfterEvent is not valid as an input');
  }
  checkDays('MoveToColdStorageAfterDays', move);
  checkDays('DeleteAfterDays', remove);
  if (move !== undefined && remove !== undefined && move > 0 && remove > 0 && remove - move < 90) {
    throw invalid('DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays');
  }
}

/** The lifecycle as a recovery point of that type has it: a move to cold storage is ignored where there is none. */
export function lifecycleOfType(resourceType: string, lifecycle: Lifecycle): Lifecycle {
  const { MoveToColdStorageAfterDays: move, ...rest } = lifecycle;
  return move === undefined || hasColdStorage(resourceType, lifecycle) ? lifecycle : rest;
}

/** The lifecycle of a copy, as far as its type has it: what was asked for, the source's where nothing was, and for -1 that of `minusOne`. */
export function copiedLifecycle(resourceType: string, source: Lifecycle, asked: Lifecycle | undefined, minusOne: Lifecycle): Lifecycle {
  if (!asked) {
    return lifecycleOfType(resourceType, source);
  }
  return lifecycleOfType(resourceType, {
    MoveToColdStorageAfterDays: asked.MoveToColdStorageAfterDays === -1 ? minusOne.MoveToColdStorageAfterDays : asked.MoveToColdStorageAfterDays,
    DeleteAfterDays: asked.DeleteAfterDays === -1 ? minusOne.DeleteAfterDays : asked.DeleteAfterDays,
    OptInToArchiveForSupportedResources: asked.OptInToArchiveForSupportedResources,
  });
}

/** The lifecycle as an update leaves it: -1 takes a member away, as leaving it out does. */
export function updatedLifecycle(resourceType: string, asked: Lifecycle): Lifecycle {
  return copiedLifecycle(resourceType, {}, asked, {});
}

/** Milliseconds since the epoch; undefined for never. */
export function deletionTime(creationDate: number, lifecycle: Lifecycle): number | undefined {
  return dayAfter(creationDate, lifecycle.DeleteAfterDays);
}

/** Milliseconds since the epoch; undefined for never. */
export function coldTime(creationDate: number, lifecycle: Lifecycle): number | undefined {
  return dayAfter(creationDate, lifecycle.MoveToColdStorageAfterDays);
}

/** Of the types that the simulator knows; copies of DynamoDB tables are of its advanced kind. */
function hasColdStorage(resourceType: string, { OptInToArchiveForSupportedResources: optIn }: Lifecycle): boolean {
  return resourceType === 'EFS' || resourceType === 'DynamoDB' || (resourceType === 'EBS' && optIn === true);
}

function dayAfter(creationDate: number, days: number | undefined): number | undefined {
  return days === undefined || days < 0 ? undefined : creationDate + days * DAY;
}

function checkDays(name: string, days: number | undefined): void {
  if (days !== undefined && days !== -1 && (days < 1 || days > 36_500)) {
    throw invalid(`${name} cannot be less than 1 or more than 36500 days`);
  }
}

function invalid(what: string): BackupError {
  return new BackupError('InvalidParameterValueException', `Invalid lifecycle. ${what}`);
}
