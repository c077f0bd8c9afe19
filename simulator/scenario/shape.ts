/** Reads one JSON value at a path, or throws a `ShapeError` that says what it is and what is allowed. */
export type Shape<T> = (value: unknown, path: string) => T;

/** A JSON value that is not what its place allows. */
export class ShapeError extends Error {}

export function text(allowed = 'a text that is not empty', pattern = /[^]/): Shape<string> {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? value : refuse(path, value, allowed));
}

export function truth(): Shape<boolean> {
  return (value, path) => (typeof value === 'boolean' ? value : refuse(path, value, 'true or false'));
}

export function number(min: number, max: number): Shape<number> {
  return (value, path) => (typeof value === 'number' && value >= min && value <= max ? value : refuse(path, value, `a number from ${min} to ${max}`));
}

export function integer(min: number, max: number): Shape<number> {
  const allowed = `a whole number from ${min} to ${max}`;
  return (value, path) => (Number.isInteger(value) ? number(min, max)(value, path) : refuse(path, value, allowed));
}

export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return (value, path) => values.find(known => known === value) ?? refuse(path, value, `one of ${values.join(', ')}`);
}

export function list<T>(item: Shape<T>): Shape<T[]> {
  return (value, path) => (Array.isArray(value) ? value.map((entry, i) => item(entry, `${path}[${i}]`)) : refuse(path, value, 'a list'));
}

/** Any key, every value of one shape. */
export function mapOf<T>(item: Shape<T>): Shape<Record<string, T>> {
  return (value, path) => Object.fromEntries(entries(value, path).map(([key, entry]) => [key, item(entry, `${path}.${key}`)]));
}

export function anything(): Shape<unknown> {
  return value => value;
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

export function withDefault<T>(shape: Shape<T>, fallback: T): Shape<T> {
  return (value, path) => (value === undefined ? fallback : shape(value, path));
}

/** These keys and no others. */
export function object<T>(fields: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const known = Object.entries<Shape<unknown>>(fields);
  return (value, path) => {
    const given = new Map(entries(value, path));
    for (const key of given.keys()) {
      if (!Object.hasOwn(fields, key)) {
        throw new ShapeError(`${path}.${key} is not known; allowed keys: ${known.map(([name]) => name).join(', ')}`);
      }
    }
    const read = known.map(([key, shape]) => [key, shape(given.get(key), `${path}.${key}`)] as const);
    return Object.fromEntries(read.filter(([, entry]) => entry !== undefined)) as T;
  };
}

function entries(value: unknown, path: string): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : refuse(path, value, 'an object');
}

function refuse(path: string, value: unknown, allowed: string): never {
  throw new ShapeError(`${path} is ${value === undefined ? 'missing' : shown(value)}; allowed: ${allowed}`);
}

function shown(value: unknown): string {
  const json = asJson(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // JSON.parse reads deeper than JSON.stringify writes.
    return 'nested too deeply';
  }
}
