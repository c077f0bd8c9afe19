import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parseScenario, Scenario, scenarioNames, ScenarioError } from '../../simulator/scenario';
import { withLogicalIds } from '../../simulator/scenario/logical-ids';
import { ACCIDENT, anyText, anyValue } from '../bad-input';

type Json = Readonly<Record<string, unknown>>;

const SETTINGS = { seed: 5, numRuns: 2_000 };

/** Every key of a scenario, once. */
const FULL: Json = {
  description: 'All there is',
  seed: 7,
  copyJobs: [{
    recoveryPointArn: 'arn:aws:ec2:*',
    times: 2,
    createdSeconds: 1,
    stages: [{ seconds: 10, state: 'RUNNING', response: { Percent: '1' } }],
    endState: 'PARTIAL',
    statusMessage: 'Half of it',
    messageCategory: 'X',
    response: { ResourceName: null },
    recoveryPointStages: [{ seconds: 1, status: 'CREATING' }],
    childJobs: { COMPLETED: 1, FAILED: 1 },
  }, { runningSeconds: 5 }],
  faults: [
    { service: 'backup', operation: 'StartCopyJob', kind: 'slow', skip: 1, times: 2, forSeconds: 3, rate: 0.5, seconds: 4 },
    { operation: 'StartCopyJob', kind: 'limitExceeded' },
    { service: 'response-url', operation: 'Respond', kind: 'throttling' },
  ],
  iamPropagationSeconds: 1,
  failResources: ['A', { resource: 'B', afterSeconds: 1 }],
  deliverLate: [{ requestType: 'Create', resource: 'A', afterSeconds: 1 }],
  deliverAgain: [{ afterSeconds: 1 }],
  loseAnswers: [{ requestType: 'Delete' }],
  concurrentCopyJobs: 1,
  startCopyJobPerSecond: 1,
  lambdaConcurrency: 1,
  idempotency: { otherParameters: 'refuse', forgetAfterSeconds: 1 },
  jobHistorySeconds: 1,
  copyJobVisibleAfterSeconds: 1,
  lifecycleEcho: 'none',
  minusOne: 'never',
  deletedCopyRole: 'fallsBack',
  missingVaults: ['arn:aws:backup:eu-west-1:111122223333:backup-vault:dr'],
  missingRecoveryPoints: ['arn:aws:ec2:us-east-1::snapshot/snap-0'],
  vaults: [{
    arn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr',
    type: 'BACKUP_VAULT',
    locked: true,
    legalHold: true,
    minRetentionDays: 1,
    maxRetentionDays: 2,
    encryptionKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    deletionExpires: true,
  }],
  recoveryPoints: [{
    arn: 'arn:aws:ec2:us-east-1::snapshot/snap-0',
    ageDays: 1,
    resourceArn: 'arn:aws:ec2:us-east-1:111122223333:volume/v',
    lifecycle: { MoveToColdStorageAfterDays: -1, DeleteAfterDays: 1, OptInToArchiveForSupportedResources: true },
  }],
};

/** Where there is something in a JSON value, itself apart. */
function placesOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => [[key], ...placesOf(entry).map(rest => [key, ...rest])]);
}

/** The value with another one at a place. */
function replaced(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value)) return value.map((entry, i) => i === Number(key) ? replaced(entry, rest, other) : entry as unknown);
  // Keys are defined, not set: one may be __proto__.
  return Object.fromEntries([...Object.entries(value as Json), [key, replaced((value as Json)[key], rest, other)]]);
}

const valueAt = (place: readonly string[], value: unknown) => place.reduce((inner, key) => (inner as Json)[key], value);
const anyPlace = fc.constantFrom(...placesOf(FULL));
const asKey = (place: readonly string[]) => place.map(key => /^\d+$/.test(key) ? `[${key}]` : `.${key}`).join('');

/** Everything that a scenario says in numbers, and how far it may go. */
function numbersOutOfRange(scenario: Scenario): string[] {
  const century = 100 * 365 * 86_400;
  const ranges: readonly (readonly [key: RegExp, min: number, max: number, whole: boolean])[] = [
    [/econds$/, 0, century, false],
    [/^seed$/, 0, Number.MAX_SAFE_INTEGER, true],
    [/^(times|concurrentCopyJobs|startCopyJobPerSecond|lambdaConcurrency)$/, 1, 1_000_000, true],
    [/^skip$|^(COMPLETED|FAILED)$/, 0, 1_000_000, true],
    [/^rate$/, 0, 1, false],
    [/RetentionDays$/, 1, 36_500, true],
    [/AfterDays$/, -1, 36_500, true],
    [/^ageDays$/, 0, 36_500, false],
  ];
  return placesOf(scenario).filter(place => !place.includes('response')).filter(place => {
    const value = valueAt(place, scenario);
    const range = ranges.find(([key]) => key.test(place.at(-1)!));
    return range && !(typeof value === 'number' && value >= range[1] && value <= range[2] && (!range[3] || Number.isInteger(value)));
  }).map(asKey);
}

const CLEAR = /^my\.json: (is not JSON: .|\$[^]* (is [^]*; allowed: .|is missing; allowed: .|is (only|not) allowed with .|is not known; allowed keys: .))/;

/** A scenario that holds what it says, or one error that a person can act on. */
function read(json: string): { scenario?: Scenario; error?: ScenarioError } {
  try {
    const scenario = parseScenario(json, 'my.json');
    expect(numbersOutOfRange(scenario)).toEqual([]);
    expect(parseScenario(JSON.stringify(scenario), 'again.json')).toEqual(scenario);
    return { scenario };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.message).toMatch(CLEAR);
    expect(error.message).not.toMatch(ACCIDENT);
    return { error };
  }
}

it('reads every key', () => {
  expect(read(JSON.stringify(FULL)).scenario).toMatchObject({ ...FULL, failResources: [{ resource: 'A' }, { resource: 'B', afterSeconds: 1 }] });
});

it.each(scenarioNames())('reads the built-in scenario %s', name => {
  expect(read(readFileSync(join(__dirname, '../../simulator/scenarios', `${name}.json`), 'utf8')).scenario).toBeDefined();
});

it('takes any JSON for a scenario, or says in one error what is wrong with it', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), json => void read(json)), SETTINGS);
});

it('takes any value in any place, or names the place', () => {
  fc.assert(fc.property(anyPlace, anyValue, (place, value) => {
    const { error } = read(JSON.stringify(replaced(FULL, place, value)));
    if (error) expect(error.message).toContain(`$${asKey(place.slice(0, 1))}`);
  }), SETTINGS);
});

it('takes what belongs elsewhere, or names the place', () => {
  fc.assert(fc.property(anyPlace, anyPlace, (place, elsewhere) => {
    const { error } = read(JSON.stringify(replaced(FULL, place, valueAt(elsewhere, FULL))));
    if (error) expect(error.message).toContain(`$${asKey(place.slice(0, 1))}`);
  }), SETTINGS);
});

it('refuses any key that it does not know, by name', () => {
  const objects = [[], ...placesOf(FULL)].filter(place => valueAt(place, FULL)?.constructor === Object && !/response|childJobs/.test(place.join()));
  fc.assert(fc.property(fc.constantFrom(...objects), anyText, (place, key) => {
    fc.pre(!placesOf(FULL).some(known => known.at(-1) === key));
    expect(read(JSON.stringify(replaced(FULL, [...place, key], 1))).error?.message).toContain(`$${asKey(place)}.${key} is not known`);
  }), SETTINGS);
});

it('takes text that was cut or altered, or says what is wrong with it', () => {
  const json = JSON.stringify(FULL);
  const anyPiece = fc.oneof(fc.constantFrom('', '}', ']', ',', '"', '-', '1e999', 'null'), fc.string());
  fc.assert(fc.property(fc.nat(json.length), fc.nat(3), anyPiece, (from, length, put) => {
    read(json.slice(0, from) + put + json.slice(from + length));
    read(json.slice(0, from));
  }), SETTINGS);
});

it('refuses stages that together take longer than any may', () => {
  const century = { seconds: 100 * 365 * 86_400, state: 'RUNNING' };
  expect(read(JSON.stringify({ copyJobs: [{ stages: [century, century] }] })).error?.message).toContain('$.copyJobs[0]');
});

it('refuses lists within lists, however deep', () => {
  expect(() => parseScenario(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'my.json')).toThrow(/^my\.json: /);
});

it('refuses any resource that the stack does not have, by name', () => {
  const rules = fc.constantFrom('failResources', 'deliverLate', 'deliverAgain', 'loseAnswers');
  fc.assert(fc.property(rules, anyText.filter(name => name !== ''), (key, resource) => {
    const { scenario } = read(JSON.stringify({ [key]: [{ resource, ...key.startsWith('deliver') && { afterSeconds: 1 } }] }));
    expect(() => withLogicalIds(scenario!, 'Stack', { Copy0A: 'Stack/Copy' }))
      .toThrow(`The scenario's ${key} names ${resource}, which the stack Stack does not have.`);
  }), { ...SETTINGS, numRuns: 300 });
});
