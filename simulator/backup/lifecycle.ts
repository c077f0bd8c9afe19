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

/** The lifecycle of a copy: what was asked for, and the source's where nothing or 'never' was. */
export function copiedLifecycle(source: Lifecycle, asked: Lifecycle | undefined): Lifecycle {
  if (!asked) {
    return source;
  }
  return {
    MoveToColdStorageAfterDays: asked.MoveToColdStorageAfterDays === -1 ? source.MoveToColdStorageAfterDays : asked.MoveToColdStorageAfterDays,
    DeleteAfterDays: asked.DeleteAfterDays === -1 ? source.DeleteAfterDays : asked.DeleteAfterDays,
    OptInToArchiveForSupportedResources: asked.OptInToArchiveForSupportedResources,
  };
}

/** The lifecycle as an update leaves it: -1 takes a member away, as leaving it out does. */
export function updatedLifecycle(asked: Lifecycle): Lifecycle {
  return copiedLifecycle({}, asked);
}

/** Milliseconds since the epoch; undefined for never. */
export function deletionTime(creationDate: number, lifecycle: Lifecycle): number | undefined {
  return dayAfter(creationDate, lifecycle.DeleteAfterDays);
}

/** Milliseconds since the epoch; undefined for never. */
export function coldTime(creationDate: number, lifecycle: Lifecycle): number | undefined {
  return dayAfter(creationDate, lifecycle.MoveToColdStorageAfterDays);
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
