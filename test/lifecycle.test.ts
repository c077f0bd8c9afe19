import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Capture, Match, Template } from 'aws-cdk-lib/assertions';
import { COPY_TYPE, copyJob } from './sample-job';
import { OneTimeCopyJobProps } from '../src';

function copy(props: Partial<OneTimeCopyJobProps>, stack = new Stack(new App(), 'S')): Template {
  copyJob(stack, props);
  return Template.fromStack(stack);
}

function lifecycle(props: Partial<OneTimeCopyJobProps>, stack?: Stack): object {
  const captured = new Capture();
  copy(props, stack).hasResourceProperties(COPY_TYPE, { Lifecycle: captured });
  return captured.asObject();
}

it('is not sent when no prop asks for one', () => {
  copy({}).hasResourceProperties(COPY_TYPE, { Lifecycle: Match.absent() });
  copy({ removeLifecycle: false }).hasResourceProperties(COPY_TYPE, { Lifecycle: Match.absent() });
});

it.each<[string, Partial<OneTimeCopyJobProps>, object]>([
  ['moveToColdStorageAfter alone', { moveToColdStorageAfter: Duration.days(1) }, { MoveToColdStorageAfterDays: 1 }],
  ['deleteAfter alone', { deleteAfter: Duration.days(1) }, { DeleteAfterDays: 1 }],
  ['100 years', { deleteAfter: Duration.days(36500) }, { DeleteAfterDays: 36500 }],
  ['whole days in another unit', { deleteAfter: Duration.hours(48) }, { DeleteAfterDays: 2 }],
  ['deletion 90 days after the move', { moveToColdStorageAfter: Duration.days(30), deleteAfter: Duration.days(120) },
    { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 120 }],
  ['opting in', { optInToArchiveForSupportedResources: true }, { OptInToArchiveForSupportedResources: true }],
  ['opting out', { optInToArchiveForSupportedResources: false }, { OptInToArchiveForSupportedResources: false }],
  ['all three', { moveToColdStorageAfter: Duration.days(7), deleteAfter: Duration.days(365), optInToArchiveForSupportedResources: true },
    { MoveToColdStorageAfterDays: 7, DeleteAfterDays: 365, OptInToArchiveForSupportedResources: true }],
  ['removeLifecycle', { removeLifecycle: true }, { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 }],
])('is sent as numbers of days: %s', (_what, props, expected) => {
  expect(lifecycle(props)).toEqual(expected);
});

it.each(['moveToColdStorageAfter', 'deleteAfter'] as const)('passes a token in days as %s', prop => {
  const stack = new Stack(new App(), 'S');
  const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
  expect(lifecycle({ [prop]: Duration.days(days) }, stack)).toEqual({ [`${prop[0].toUpperCase()}${prop.slice(1)}Days`]: { Ref: 'Days' } });
});

it('leaves it to AWS Backup to compare a token with a literal', () => {
  const stack = new Stack(new App(), 'S');
  const days = new CfnParameter(stack, 'Days', { type: 'Number' }).valueAsNumber;
  expect(lifecycle({ moveToColdStorageAfter: Duration.days(days), deleteAfter: Duration.days(1) }, stack))
    .toEqual({ MoveToColdStorageAfterDays: { Ref: 'Days' }, DeleteAfterDays: 1 });
});

describe.each(['moveToColdStorageAfter', 'deleteAfter'] as const)('%s', prop => {
  it.each([
    ['no days', Duration.days(0), 'Duration.days(0)'],
    ['half a day', Duration.hours(12), 'Duration.hours(12)'],
    ['a day and a half', Duration.hours(36), 'Duration.hours(36)'],
    ['a second', Duration.seconds(1), 'Duration.seconds(1)'],
    ['more than 100 years', Duration.days(36_501), 'Duration.days(36501)'],
  ])('is refused at %s', (_what, duration, value) => {
    expect(() => copy({ [prop]: duration })).toThrow(new Error(
      `S/Copy: ${prop} is '${value}', but AWS Backup counts whole days, from 1 to 36500. Use Duration.days(n).`));
  });

  it('is refused as a token that cannot be converted to days', () => {
    const stack = new Stack(new App(), 'S');
    const hours = new CfnParameter(stack, 'Hours', { type: 'Number' }).valueAsNumber;
    expect(() => copy({ [prop]: Duration.hours(hours) }, stack)).toThrow(new Error(
      `S/Copy: ${prop} is 'a token in hours', but a token cannot be converted to days. Use Duration.days(token).`));
  });
});

it('is refused when the copy would stay less than 90 days in cold storage', () => {
  expect(() => copy({ moveToColdStorageAfter: Duration.days(30), deleteAfter: Duration.days(119) })).toThrow(new Error(
    'S/Copy: deleteAfter is \'119 days\', but a recovery point stays in cold storage for at least 90 days: with moveToColdStorageAfter 30 days, '
    + 'deleteAfter must be at least 120 days.'));
});

it.each([
  ['moveToColdStorageAfter', Duration.days(30)],
  ['deleteAfter', Duration.days(30)],
  ['optInToArchiveForSupportedResources', true],
  ['optInToArchiveForSupportedResources', false],
])('is refused when removeLifecycle comes with %s', (prop, value) => {
  expect(() => copy({ removeLifecycle: true, [prop]: value })).toThrow(new Error(
    `S/Copy: ${prop} is '${value}', but removeLifecycle: true removes every transition and expiry. Leave one of the two out.`));
});
