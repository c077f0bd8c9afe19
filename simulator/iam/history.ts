/** A value and what it was before: IAM's changes reach the services late. Plain data, so that it can be written down. */
export interface History<T> {
  readonly versions: readonly { readonly since: number; readonly value: T }[];
}

/** The value at a time, undefined before the first. */
export function valueAt<T>(history: History<T> | undefined, time: number): T | undefined {
  return history?.versions.filter(version => version.since <= time).at(-1)?.value;
}

/** The history with a value that holds from `since` on. */
export function changed<T>(history: History<T> | undefined, since: number, value: T): History<T> {
  return { versions: [...history?.versions ?? [], { since, value }] };
}
