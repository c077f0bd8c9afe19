import { App, Duration, Stack } from 'aws-cdk-lib';
import { copyJob, copyResource, ENV, LEG_TYPE, logicalId, synthesized } from './sample-job';
import { OneTimeCopyJob } from '../src';
import { ATTRIBUTE_NAMES } from '../src/contract';

const KNOWN_AT_START = ['CopyJobId', 'CreationDate', 'IsParent'];
const getterOf = (attribute: string) => attribute[0].toLowerCase() + attribute.slice(1) as keyof OneTimeCopyJob;

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

it.each([[undefined, true], [true, true], [false, false]])('as %s is told to the handler', (waitForCompletion, told) => {
  expect(copyResource(copyJob(stack, { waitForCompletion })).Properties).toMatchObject({ WaitForCompletion: told });
});

describe('a job that nothing waits for', () => {
  it('has one resource, and all the time that one may take to start the copy', () => {
    const job = copyJob(stack, { waitForCompletion: false });
    expect(copyResource(job).Properties).toMatchObject({ TimeoutSeconds: 3300, ServiceTimeout: '3480' });
    expect(Object.values(synthesized(stack).Resources).filter(({ Type }) => Type === LEG_TYPE)).toEqual([]);
  });

  it.each(KNOWN_AT_START)('knows its %s', attribute => {
    const job = copyJob(stack, { waitForCompletion: false });
    expect(stack.resolve(job[getterOf(attribute)])).toEqual({ 'Fn::GetAtt': [logicalId(job), attribute] });
  });

  it.each(ATTRIBUTE_NAMES.filter(attribute => !KNOWN_AT_START.includes(attribute)))('does not know its %s', attribute => {
    const job = copyJob(stack, { waitForCompletion: false });
    expect(() => job[getterOf(attribute)]).toThrow(new Error(`S/Copy: the attribute ${attribute} is known only when the copy is complete, but `
      + 'waitForCompletion is false. Wait for the copy, or do not use the attribute.'));
  });

  it.each([
    ['the default, said', Duration.minutes(55), 'Duration.minutes(55)'],
    ['8 hours', Duration.hours(8), 'Duration.hours(8)'],
  ])('has no timeout: %s', (_what, timeout, value) => {
    expect(() => copyJob(stack, { waitForCompletion: false, timeout })).toThrow(new Error(
      `S/Copy: timeout is '${value}', but with waitForCompletion: false nothing waits for the copy. Leave one of the two out.`));
  });
});

it('as true goes with a timeout', () => {
  expect(() => copyJob(stack, { waitForCompletion: true, timeout: Duration.minutes(10) })).not.toThrow();
});
