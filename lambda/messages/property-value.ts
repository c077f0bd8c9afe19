import { CopyJobError } from './copy-job-error';

/** A whole number in decimal digits, as CloudFormation writes it. */
export function integer(name: string, value: unknown): number {
  const number = Number(scalar(value));
  if (!/^-?\d+$/.test(scalar(value)) || !Number.isSafeInteger(number)) throw refusal(name, value, 'a whole number');
  return number;
}

export function positiveInteger(name: string, value: unknown): number {
  const number = integer(name, value);
  if (number < 1) throw refusal(name, value, 'a whole number from 1');
  return number;
}

export function truth(name: string, value: unknown): boolean {
  return oneOf(name, value, ['true', 'false']) === 'true';
}

export function oneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  const found = known.find(text => text === scalar(value));
  if (found === undefined) throw refusal(name, value, known.join(' or '));
  return found;
}

export function region(name: string, value: string): string {
  if (!/^[a-z0-9-]+$/.test(value)) throw refusal(name, value, 'a Region');
  return value;
}

export function backupVaultArn(name: string, value: string): string {
  if (!/^arn:[^:]+:backup:[^:]+:\d{12}:backup-vault:[^:]+$/.test(value)) throw refusal(name, value, 'the ARN of a backup vault');
  return value;
}

/** Of a property that is not what the constructs write. */
export function refusal(name: string, value: unknown, allowed: string): CopyJobError {
  const shown = typeof value === 'string' ? `'${value.slice(0, 200)}'` : JSON.stringify(value).slice(0, 200);
  return new CopyJobError(`The property ${name} is ${shown}, not ${allowed}.`);
}

/** The text of a single value; '' of an object, a list or null. */
function scalar(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}
