import { CloudFormationFixture, customResource, FUNCTION, topic } from './cloudformation-fixture';
import { DeliveryRules } from '../../simulator/cloudformation/deliveries';
import { requestRecord } from '../../simulator/cloudformation/request-record';

let aws: CloudFormationFixture;

beforeEach(() => {
  aws = new CloudFormationFixture();
});

const play = (rules: Partial<DeliveryRules>) => aws.customResources.play({ deliverLate: [], deliverAgain: [], loseAnswers: [], ...rules });
const records = () => aws.customResources.correspondence.map(requestRecord);
const secondsOf = (logicalId: string, ...statuses: string[]) => {
  const [from, to] = statuses.map(status => Date.parse(aws.eventOf(logicalId, status).timestamp));
  return (to - from) / 1000;
};

describe('an event that is delivered again', () => {
  it('is the very same event, long after its stack has ended', async () => {
    play({ deliverAgain: [{ requestType: 'Create', resource: 'Copy', afterSeconds: 7_000 }] });
    await aws.deploy({ ...FUNCTION, Copy: customResource(), Other: customResource() });
    expect(aws.requests).toHaveLength(2);
    play({});
    await aws.wait(7_000);
    const created = aws.requests.filter(({ LogicalResourceId }) => LogicalResourceId === 'Copy');
    expect(created).toHaveLength(2);
    expect(created[1]).toEqual(created[0]);
    expect(aws.requests).toHaveLength(3);
  });

  it('is answered again, which nobody hears', async () => {
    play({ deliverAgain: [{ afterSeconds: 30 }] });
    const state = await aws.deploy({ ...FUNCTION, Copy: customResource() });
    aws.behaviour = () => ({ answer: { Status: 'FAILED', Reason: 'late', PhysicalResourceId: 'late' } });
    await aws.wait(60);
    expect(state).toMatchObject({ status: 'CREATE_COMPLETE', resources: { Copy: { physicalId: 'Copy-1' } } });
    expect(records()).toMatchObject([{ requestType: 'Create', logicalId: 'Copy', deliveries: 2, seconds: 1, timedOut: false }]);
    expect(records()[0].answers).toHaveLength(2);
  });

  it('comes as often as there are rules for it, and for no other request', async () => {
    play({ deliverAgain: [{ afterSeconds: 5 }, { requestType: 'Create', afterSeconds: 6 }, { requestType: 'Delete', afterSeconds: 7 }] });
    await aws.deploy({ ...FUNCTION, Copy: customResource() });
    await aws.wait(60);
    expect(records()).toMatchObject([{ deliveries: 3 }]);
  });
});

it('counts the time of an event that is delivered late', async () => {
  play({ deliverLate: [{ resource: 'Copy', afterSeconds: 90 }, { afterSeconds: 5 }] });
  await aws.deploy({ ...FUNCTION, Copy: customResource() });
  expect(secondsOf('Copy', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE')).toBe(91);
  expect(records()).toMatchObject([{ seconds: 91, deliveries: 1 }]);
});

it('delivers an event of which CloudFormation has already given up hope', async () => {
  play({ deliverLate: [{ requestType: 'Create', afterSeconds: 500 }] });
  await aws.deploy({ ...FUNCTION, Copy: customResource({ ServiceTimeout: 60 }) });
  expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Delete']);
  await aws.wait(500);
  expect(aws.requests.map(({ RequestType }) => RequestType)).toEqual(['Delete', 'Create']);
});

describe('answers that are lost', () => {
  it('fail the resource at its ServiceTimeout', async () => {
    play({ loseAnswers: [{ requestType: 'Create' }] });
    const { status } = await aws.deploy({ ...FUNCTION, Copy: customResource({ ServiceTimeout: 300 }) });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(secondsOf('Copy', 'CREATE_IN_PROGRESS', 'CREATE_FAILED')).toBe(300);
    expect(records()).toMatchObject([{ requestType: 'Create', answers: [], timedOut: true, seconds: 300 }, { requestType: 'Delete', timedOut: false }]);
  });

  it('are a closed connection, of the requests that were sent under the rule', async () => {
    play({ loseAnswers: [{ resource: 'Copy' }] });
    aws.behaviour = () => undefined;
    const work = aws.deploy({ ...FUNCTION, Copy: customResource({ ServiceTimeout: 10 }), Other: customResource({ ServiceTimeout: 10 }) });
    await work;
    play({});
    const [copy, other] = ['Copy', 'Other'].map(id => aws.requests.find(({ LogicalResourceId }) => LogicalResourceId === id)!);
    expect([await aws.put(copy.ResponseURL, '{}'), await aws.put(other.ResponseURL, '{}')]).toEqual(['drop', 200]);
  });
});

it('lets a resource fail so long after its creation began, in the middle of another', async () => {
  aws.behaviour = event => ({ afterSeconds: event.RequestType === 'Create' ? 3_000 : 1 });
  aws.failing.add('Neighbour');
  aws.failsAfterSeconds = 600;
  await aws.deploy({ ...FUNCTION, Copy: customResource(), Neighbour: topic('a', { DependsOn: 'Function' }) });
  expect(secondsOf('Neighbour', 'CREATE_IN_PROGRESS', 'CREATE_FAILED')).toBe(600);
  expect(aws.eventOf('Copy', 'CREATE_FAILED').reason).toBe('Resource creation cancelled');
});

it('knows no id of a resource before its Create is answered, and makes one up to delete it by', async () => {
  const known: unknown[] = [];
  aws.behaviour = event => {
    known.push(aws.state!.resources.Copy.physicalId);
    return event.RequestType === 'Create' ? undefined : {};
  };
  await aws.deploy({ ...FUNCTION, Copy: customResource({ ServiceTimeout: 10 }) });
  expect(known).toEqual(['', expect.stringMatching(/^Stack-Copy-[0-9A-Z]{12}$/)]);
  expect(aws.requests[1].PhysicalResourceId).toBe(known[1]);
});
