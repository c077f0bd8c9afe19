import * as fc from 'fast-check';
import { ExportedHandler, Properties, SECRET } from './exported-handler';
import { isComplete, onEvent } from '../../lambda';
import { PollEvent, PollResult } from '../../lambda/messages/poll';
import { ATTRIBUTE_NAMES, COPY_JOB_RESOURCE_TYPE, LEG_RESOURCE_TYPE } from '../../src/contract';
import { ACCIDENT, anyText, anyValue, errorOf } from '../bad-input';

/** Every property that a copy needs, and what it has to be. */
const NEEDED: Readonly<Record<string, RegExp>> = {
  RecoveryPointArn: /^arn:aws:[a-z0-9-]+:[a-z0-9-]+:(\d{12})?:\S+$/,
  SourceBackupVaultName: /^[\w-]{2,50}$/,
  SourceRegion: /^[a-z0-9-]+$/,
  DestinationBackupVaultArn: /^arn:aws:backup:[a-z0-9-]+:\d{12}:backup-vault:[\w-]{2,50}$/,
  IamRoleArn: /^arn:aws:iam::\d{12}:role\/\S+$/,
  RemovalPolicy: /^(retain|destroy)$/,
  ConstructPath: /[^]/,
  TimeoutSeconds: /^[1-9]\d{0,6}$/,
  WaitForCompletion: /^(true|false)$/,
};

const anyLifecycle = fc.record({
  MoveToColdStorageAfterDays: anyValue, DeleteAfterDays: anyValue, OptInToArchiveForSupportedResources: anyValue,
}, { requiredKeys: [] });

/** One, two or three properties of a template, replaced or taken away. */
const anyProperties: fc.Arbitrary<Properties> = fc.array(fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...Object.keys(NEEDED)), anyText) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...Object.keys(NEEDED)), fc.option(anyValue, { nil: undefined })) },
  fc.tuple(fc.constantFrom('IdempotencyToken', 'Follow', 'CopyLogicalId', 'Lifecycle'), anyValue),
  fc.tuple(fc.constant('Lifecycle'), anyLifecycle),
), { minLength: 1, maxLength: 3 }).map(Object.fromEntries);

const isBroken = (properties: Properties) => Object.entries(properties).some(([name, value]) => name in NEEDED && !NEEDED[name].test(asText(value)));
const asText = (value: unknown) => typeof value === 'string' ? value : '';

/** What is put into an id, in the place of what is there; or a whole other id. */
interface Edit { readonly from: number; readonly length: number; readonly put: string }
const WHOLE = { from: 0, length: 10_000 };
const edit = (changes: { [K in keyof Edit]: fc.Arbitrary<Edit[K]> }): fc.Arbitrary<Edit> => fc.record(changes);
const anyEdit = fc.oneof(
  edit({ from: fc.nat(200), length: fc.constant(WHOLE.length), put: fc.constant('') }),
  edit({ from: fc.nat(200), length: fc.nat(2), put: fc.constantFrom('', '|', ';', '|;', 'x') }),
  edit({ from: fc.constant(0), length: fc.constant('copy-job/1'.length), put: fc.constantFrom('copy-job/2', 'copy-job-leg/2', 'copy-job/', ';') }),
  edit({ from: fc.constant(WHOLE.length), length: fc.constant(0), put: fc.constantFrom(';', ';||||', ';JOB|ARN|0123456789ab|d3|0a1b2c'.repeat(80)) }),
  anyText.map(put => ({ ...WHOLE, put })),
  anyText.map(text => ({ ...WHOLE, put: `copy-job/1;${text}` })),
  fc.constant({ ...WHOLE, put: 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED' }),
);
const edited = (id: string, { from, length, put }: Edit) => id.slice(0, from) + put + id.slice(from + length);

const ID = 'copy-job/1;JOB|arn:aws:ec2:eu-west-1::snapshot/snap-1|0123456789ab|d365|0a1b2c';
const LOOKS_LIKE_OURS = /^copy-job(-leg)?\//;
const READABLE = /^copy-job(-leg)?\/1;([^|;]+\|[^|;]*\|[^|;]+)\|[^|;]*\|/;
/** Job, recovery point and content of the newest entry. */
const newestCopy = (id: string) => READABLE.exec(id)?.[2];

const anyHandover = fc.record({
  Phase: fc.oneof(fc.constantFrom('copying', 'settled', 'lifecycle', 'deleting', 'nothing'), anyText),
  Own: fc.boolean(),
  CopyJobCreationTime: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  Operation: anyText,
}, { requiredKeys: ['Phase'] });

/** A world for one run, in which nothing secret is ever said. */
async function within(options: { destroyed?: boolean; type?: string }, run: (handler: ExportedHandler) => Promise<void>): Promise<void> {
  const handler = await ExportedHandler.start(options.destroyed ?? false, options.type ?? COPY_JOB_RESOURCE_TYPE);
  try {
    await run(handler);
    expect(JSON.stringify(handler.fixture.logs)).not.toContain(SECRET);
  } finally {
    await handler.fixture.close();
  }
}

/** An answer that CloudFormation and the template can use, or an error that a user can. */
async function answers(work: () => Promise<Partial<PollResult>>): Promise<Error | undefined> {
  const results: Partial<PollResult>[] = [];
  const error = await errorOf(async () => results.push(await work()));
  if (error) {
    expect(error.message).not.toMatch(ACCIDENT);
    expect(error.message).not.toMatch(/undefined|NaN|[\n\r]/);
    expect(error.message).toMatch(/\w+ \w+/);
    expect(error.message).not.toContain(SECRET);
    expect(Buffer.byteLength(error.message)).toBeLessThan(1_024);
    expect(error.stack).toBe(`CopyJobError: ${error.message}`);
  } else {
    expect(typeof results[0].PhysicalResourceId).toBe('string');
    const { Data } = results[0];
    if (Data) expect(ATTRIBUTE_NAMES.map(name => typeof Data[name])).toEqual(ATTRIBUTE_NAMES.map(() => 'string'));
  }
  return error;
}

const types = fc.constantFrom(COPY_JOB_RESOURCE_TYPE, LEG_RESOURCE_TYPE);
const worlds = fc.record({ type: types, destroyed: fc.boolean() });
/** A copy is kept under RETAIN, and legs have none to delete. */
const kept = (type: string) => ({ type, destroyed: type === LEG_RESOURCE_TYPE });
const statuses = fc.constantFrom('UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_COMPLETE');
/** What once was answered by a hundred calls, or by a message about nothing. */
const KNOWN: [world: { type: string; destroyed: boolean }, requestType: 'Create' | 'Update', properties: Properties][] = [
  [{ type: COPY_JOB_RESOURCE_TYPE, destroyed: false }, 'Create', { RecoveryPointArn: 'a token' }],
  [{ type: COPY_JOB_RESOURCE_TYPE, destroyed: false }, 'Create', { RecoveryPointArn: 'table/idempotency-token' }],
  [{ type: COPY_JOB_RESOURCE_TYPE, destroyed: false }, 'Create', { RecoveryPointArn: 'table/IdempotencyToken/backup/1' }],
  [{ type: COPY_JOB_RESOURCE_TYPE, destroyed: true }, 'Create', { DestinationBackupVaultArn: 'dr' }],
];
const SETTINGS = { seed: 5, numRuns: 120 };

describe('properties that are not what a template of the constructs says', () => {
  it('are refused in clear words when a copy is asked for, and nothing is copied', () => fc.assert(
    fc.asyncProperty(worlds, fc.constantFrom('Create', 'Update'), anyProperties, (world, requestType, properties) => within(world, async handler => {
      if (requestType === 'Update') await handler.copy();
      handler.fixture.stackStatus = `${requestType.toUpperCase()}_IN_PROGRESS`;
      const before = handler.fixture.jobs.length;
      const error = await answers(() => handler.handle(handler.request(requestType, properties)));
      if (isBroken(properties)) {
        expect(handler.fixture.jobs).toHaveLength(before);
        expect(handler.calls.filter(call => call === 'StartCopyJob').length).toBeLessThan(2);
      }
      const missing = Object.keys(properties).filter(name => name in NEEDED && asText(properties[name]) === '');
      if (missing.length > 0) {
        expect(Object.keys(properties).some(name => error?.message.includes(name))).toBe(true);
        expect(handler.calls).toEqual([]);
      }
    })), { ...SETTINGS, examples: KNOWN }));

  it('delete nothing', () => fc.assert(
    fc.asyncProperty(types, anyProperties, (type, properties) => within({ type, destroyed: true }, async handler => {
      await handler.copy();
      handler.fixture.stackStatus = 'DELETE_IN_PROGRESS';
      await answers(() => handler.handle(handler.request('Delete', properties)));
      const known = ['RecoveryPointArn', 'SourceBackupVaultName', 'SourceRegion', 'DestinationBackupVaultArn'].every(name => !(name in properties));
      if (!known) expect(handler.calls).not.toContain('DeleteRecoveryPoint');
    })), SETTINGS));

  it('never fail a deletion that keeps the copy', () => fc.assert(
    fc.asyncProperty(types, anyProperties, anyEdit, (type, properties, change) => within(kept(type), async handler => {
      const event = handler.request('Delete', properties, { PhysicalResourceId: edited(ID, change) });
      expect(await answers(() => handler.handle(event))).toBeUndefined();
      expect(handler.calls).toEqual([]);
    })), SETTINGS));

  it('never fail the update that mends them, nor the rollback', () => fc.assert(
    fc.asyncProperty(types, statuses, anyProperties, (type, status, before) => within({ type }, async handler => {
      await handler.copy();
      handler.fixture.stackStatus = status;
      const { ResourceProperties } = handler.request('Create');
      const update = handler.request('Update', {}, { OldResourceProperties: { ...ResourceProperties, ...before } });
      expect(await answers(() => handler.handle(update))).toBeUndefined();
      expect(handler.calls).not.toContain('StartCopyJob');
    })), SETTINGS));
});

it('a leg that does not know its copy is refused by the name of what is missing, and nothing is copied', () =>
  within({ type: LEG_RESOURCE_TYPE }, async handler => {
    const error = await answers(() => handler.handle(handler.request('Create', { CopyLogicalId: undefined })));
    expect(error?.message).toBe('The property CopyLogicalId is missing. Log group: handler-logs.');
    expect(handler.calls).toEqual([]);
  }));

it.each([
  [{ Phase: 'verifying' }, "Another release of cdk-backup-copy-job left the step 'verifying', which this one does not know. Deploy again."],
  [{ Phase: 'settled', PhysicalResourceId: 'x' }, "The physical resource id 'x' names no copy job to wait for. Deploy again."],
])('a poll of what another release has handed over tells so: %j', (handover, message) => within({}, async handler => {
  await handler.copy();
  const error = await answers(() => handler.poll({ ...handler.request('Update'), ...handover } as PollEvent));
  expect(error?.message).toBe(`${message} Log group: handler-logs.`);
}));

describe('a physical id of any kind', () => {
  it('never makes a second copy when it looks like ours and cannot be read', () => fc.assert(
    fc.asyncProperty(types, statuses, anyEdit, (type, status, change) => within({ type }, async handler => {
      await handler.copy();
      handler.fixture.stackStatus = status;
      const id = edited(handler.id, change);
      await answers(() => handler.handle(handler.request('Update', {}, { PhysicalResourceId: id })));
      if (LOOKS_LIKE_OURS.test(id) && !READABLE.test(id)) expect(handler.calls).not.toContain('StartCopyJob');
    })), SETTINGS));

  it('never deletes another copy than the newest that it names', () => fc.assert(
    fc.asyncProperty(anyEdit, change => within({ destroyed: true }, async handler => {
      await handler.copy();
      handler.fixture.stackStatus = 'DELETE_IN_PROGRESS';
      const id = edited(handler.id, change);
      await answers(() => handler.handle(handler.request('Delete', {}, { PhysicalResourceId: id })));
      expect(handler.calls.includes('DeleteRecoveryPoint')).toBe(newestCopy(id) === newestCopy(handler.id));
    })), SETTINGS));
});

it('answers a poll in clear words, whatever another release has handed over', () => fc.assert(
  fc.asyncProperty(types, statuses, anyEdit, anyHandover, (type, status, change, handover) => within({ type }, async handler => {
    await handler.copy();
    handler.fixture.stackStatus = status;
    await answers(() => handler.poll({ ...handler.request('Update'), ...handover, PhysicalResourceId: edited(handler.id, change) } as PollEvent));
    expect(handler.calls).not.toContain('StartCopyJob');
  })), SETTINGS));

it('tells in one line of what CloudFormation never sends', async () => {
  await within({}, async () => {
    for (const entry of [onEvent, isComplete]) {
      const error = await errorOf(() => entry(null as never));
      expect(error?.message).toMatch(/^Unexpected error in cdk-backup-copy-job: TypeError: .*[^.]\. Log group: handler-logs\.$/);
      expect(error?.stack).toBe(`CopyJobError: ${error?.message}`);
    }
  });
});
