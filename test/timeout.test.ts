import { App, CfnParameter, CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { COPY_TYPE, copyJob, copyResource, ENV, LEG_TYPE, logicalId, synthesized } from './sample-job';
import { reachableFrom, templateGraph, TemplateResource } from './template-graph';
import { OneTimeCopyJob, OneTimeCopyJobProps } from '../src';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

/** A job's resources by logical id, each following the one before; the copy is the last. */
function relay(job: OneTimeCopyJob): Map<string, TemplateResource> {
  const { Resources } = synthesized(Stack.of(job));
  const ids = [logicalId(job)];
  for (let follow = Resources[ids[0]].Properties.Follow; follow; follow = Resources[ids[0]].Properties.Follow) ids.unshift(follow.Ref);
  return new Map(ids.map(id => [id, Resources[id]]));
}

const idsOf = (job: OneTimeCopyJob) => [...relay(job).keys()];
const resourcesOf = (job: OneTimeCopyJob) => [...relay(job).values()];
const propertiesOf = (job: OneTimeCopyJob) => resourcesOf(job).map(({ Properties }) => Properties);

/** A job of its own stack with a timeout. */
const waiting = (timeout: Duration | undefined, props: Partial<OneTimeCopyJobProps> = {}, context?: object) =>
  copyJob(new Stack(new App({ context: { ...context } }), 'S', { env: ENV }), { timeout, ...props });

describe('a timeout of up to 55 minutes', () => {
  it.each([
    ['a minute', Duration.minutes(1), 60],
    ['whole seconds', Duration.seconds(61), 61],
    ['55 minutes', Duration.minutes(55), 3300],
    ['the default', undefined, 3300],
  ])('is waited for by the copy alone, and CloudFormation waits a little longer: %s', (_what, timeout, seconds) => {
    const job = copyJob(stack, { timeout });
    const template = synthesized(stack);
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([template.Resources[logicalId(job)]]);
    expect(copyResource(job).Properties).toMatchObject({ TimeoutSeconds: seconds, ServiceTimeout: `${seconds + 180}` });
    expect(copyResource(job).Properties).not.toHaveProperty('Follow');
    expect(copyResource(job).Properties).not.toHaveProperty('CopyLogicalId');
  });
});

describe.each([
  ['a second more than 55 minutes', 3301, 1],
  ['56 minutes', 56 * 60, 1],
  ['110 minutes', 110 * 60, 1],
  ['a second more than 110 minutes', 110 * 60 + 1, 2],
  ['8 hours', 8 * 3600, 8],
  ['a day', 24 * 3600, 26],
])('a timeout of %s', (_what, seconds, legs) => {
  const job = (props?: Partial<OneTimeCopyJobProps>) => waiting(Duration.seconds(seconds), props);

  it(`takes ${legs} more than the copy's own resource`, () => {
    const { Resources } = synthesized(Stack.of(job()));
    const types = Object.values(Resources).map(({ Type }) => Type).filter(type => type.startsWith('Custom::'));
    expect(types.sort()).toEqual([COPY_TYPE, ...Array(legs).fill(LEG_TYPE)]);
  });

  it('is waited for by legs that each follow the one before, and then by the copy', () => {
    expect(resourcesOf(job()).map(({ Type }) => Type)).toEqual([...Array(legs).fill(LEG_TYPE), COPY_TYPE]);
  });

  it('is shared out equally, to the second, and no share reaches CloudFormation\'s hour', () => {
    const shares = propertiesOf(job());
    const [share, ...others] = new Set(shares.map(({ TimeoutSeconds }) => TimeoutSeconds));
    expect(others).toEqual([]);
    expect(share * shares.length).toBeGreaterThanOrEqual(seconds);
    expect((share - 1) * shares.length).toBeLessThan(seconds);
    expect(share).toBeLessThanOrEqual(3300);
    expect(shares.map(({ ServiceTimeout }) => ServiceTimeout)).toEqual(shares.map(() => `${share + 180}`));
    expect(share + 180).toBeLessThanOrEqual(3600);
  });

  it.each([RemovalPolicy.RETAIN, RemovalPolicy.DESTROY])('has legs that tell the handler what the copy does, under %s', removalPolicy => {
    const [copy, ...before] = propertiesOf(job({ removalPolicy, deleteAfter: Duration.days(30) })).reverse().map(each => {
      const { ServiceTimeout, Follow, CopyLogicalId, ...inputs } = each;
      return inputs;
    });
    expect(copy).toMatchObject({ ConstructPath: 'S/Copy', RemovalPolicy: removalPolicy, WaitForCompletion: true });
    expect(before).toEqual(Array(legs).fill(copy));
  });

  it('has legs that send the same token of the user', () => {
    expect(propertiesOf(job({ idempotencyToken: 'once' })).map(({ IdempotencyToken }) => IdempotencyToken)).toEqual(Array(legs + 1).fill('once'));
  });

  it.each([RemovalPolicy.RETAIN, RemovalPolicy.DESTROY])('has legs that CloudFormation keeps, under %s', removalPolicy => {
    for (const leg of resourcesOf(job({ removalPolicy })).slice(0, -1)) expect(leg).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('has legs, not a copy, that name the copy\'s logical id', () => {
    const long = job();
    expect(propertiesOf(long).map(({ CopyLogicalId }) => CopyLogicalId)).toEqual([...Array(legs).fill(logicalId(long)), undefined]);
  });
});

describe('logical ids', () => {
  // CloudFormation takes another logical id for another resource: a deployed job would be copied anew.
  it('never change', () => {
    expect(idsOf(waiting(Duration.hours(2)))).toEqual(['CopyLeg1DA36A2AB', 'CopyLeg262F3C8D9', 'Copy1ED8A51E']);
  });

  it('stay when the timeout is raised or lowered', () => {
    const longest = idsOf(waiting(Duration.hours(8)));
    for (const minutes of [1, 55, 56, 120, 300]) {
      const ids = idsOf(waiting(Duration.minutes(minutes)));
      expect(ids).toEqual([...longest.slice(0, ids.length - 1), logicalId(waiting(undefined))]);
    }
  });

  it('that the user gives the copy are what its legs name', () => {
    const job = waiting(Duration.hours(2));
    (job.node.defaultChild as CfnResource).overrideLogicalId('Renamed');
    expect(propertiesOf(job).slice(0, -1).map(({ CopyLogicalId }) => CopyLogicalId)).toEqual(['Renamed', 'Renamed']);
    expect(idsOf(job)[2]).toBe('Renamed');
  });
});

describe.each([['the default timeout', undefined], ['eight hours', Duration.hours(8)]])('what depends on a job of %s', (_what, timeout) => {
  it('as a construct waits for the copy', () => {
    const job = copyJob(stack, { timeout });
    const topic = new Topic(stack, 'Topic');
    topic.node.addDependency(job);
    expect(waitsFor(topic)).toContain(logicalId(job));
  });

  it('as a CloudFormation resource waits for the copy', () => {
    const job = copyJob(stack, { timeout });
    const topic = new Topic(stack, 'Topic');
    (topic.node.defaultChild as CfnResource).addDependency(job.node.defaultChild as CfnResource);
    expect(waitsFor(topic)).toContain(logicalId(job));
  });

  it('by an attribute reads it from the copy, and so waits for every leg', () => {
    const job = copyJob(stack, { timeout });
    const topic = new Topic(stack, 'Topic', { displayName: job.destinationRecoveryPointArn });
    expect(waitsFor(topic)).toEqual(new Set([logicalId(job)]));
    expect([...reachableFrom(templateGraph(synthesized(stack)), logicalId(job))]).toEqual(expect.arrayContaining(idsOf(job).slice(0, -1)));
  });

  const waitsFor = (topic: Topic) => templateGraph(synthesized(stack)).get(stack.getLogicalId(topic.node.defaultChild as CfnResource));
});

describe('a timeout of 18 days', () => {
  it.each([RemovalPolicy.RETAIN, RemovalPolicy.DESTROY])('takes what room a stack has, under %s', removalPolicy => {
    const job = waiting(Duration.days(18), { removalPolicy });
    const shares = propertiesOf(job).map(({ TimeoutSeconds }) => TimeoutSeconds);
    expect(shares).toHaveLength(472);
    expect(shares[0] * shares.length).toBeGreaterThanOrEqual(Duration.days(18).toSeconds());
  });

  it('is CDK\'s error of too many resources for a second job', () => {
    const { node: { scope } } = waiting(Duration.days(18));
    copyJob(scope!, { timeout: Duration.days(1) }, 'Second');
    expect(() => synthesized(Stack.of(scope!))).toThrow(/Number of resources in stack 'S': \d+ is greater than allowed maximum of 500/);
  });
});

describe('a timeout is refused', () => {
  it.each([
    ['less than a minute', Duration.seconds(59), 'Duration.seconds(59)'],
    ['nothing', Duration.seconds(0), 'Duration.seconds(0)'],
    ['a broken second', Duration.millis(90_500), 'Duration.millis(90500)'],
    ['a broken second of many hours', Duration.millis(36_000_001), 'Duration.millis(36000001)'],
    ['more than 18 days', Duration.seconds(18 * 86_400 + 1), 'Duration.seconds(1555201)'],
    ['more than any number counts', Duration.days(Infinity), 'Duration.days(Infinity)'],
  ])('at %s', (_what, timeout, value) => {
    expect(() => copyJob(stack, { timeout })).toThrow(new Error(
      `S/Copy: timeout is '${value}', but it must be whole seconds, from 1 minute to 18 days. Use e.g. Duration.hours(8).`));
  });

  it('as a token', () => {
    const timeout = Duration.minutes(new CfnParameter(stack, 'Minutes', { type: 'Number' }).valueAsNumber);
    expect(() => copyJob(stack, { timeout })).toThrow(new Error('S/Copy: timeout is \'a token\', but it shapes the template. Use a literal Duration.'));
  });
});
