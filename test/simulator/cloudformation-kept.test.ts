import { Behaviour, CloudFormationFixture, customResource, FUNCTION, topic } from './cloudformation-fixture';
import { CustomResourceEvent } from '../../simulator/cloudformation/custom-resource-answer';
import { DEFAULT_SCENARIO } from '../../simulator/scenario';

let aws: CloudFormationFixture;

beforeEach(() => {
  aws = new CloudFormationFixture();
  aws.behaviour = byContent;
});

/** The physical id follows the property `Content`; `bad` is refused. */
const byContent: Behaviour = event => {
  const [type, content] = [event.RequestType, contentOf(event)];
  if (type === 'Delete') return { answer: {} };
  return { answer: { PhysicalResourceId: content, ...content === 'bad' && { Status: 'FAILED', Reason: 'bad' } } };
};
const stubborn: Behaviour = event => (event.RequestType === 'Update' ? { answer: { Status: 'FAILED', Reason: 'no' } } : byContent(event));
const contentOf = ({ ResourceProperties: properties }: CustomResourceEvent): string => (properties as { Content: string }).Content;
const stack = (content: string) => ({ ...FUNCTION, Copy: customResource({ Content: content }), Neighbour: topic('a', { DependsOn: 'Copy' }) });
const sent = () => aws.requests.map(event => `${event.RequestType} ${event.PhysicalResourceId} as ${contentOf(event)}`);
const statusOf = (id: string) => aws.state!.resources[id]?.status;

async function kept(content: string): Promise<void> {
  aws.noRollback = true;
  await aws.deploy(stack(content));
  aws.noRollback = false;
}

describe('a creation without rollback', () => {
  it('stays as it failed', async () => {
    await kept('bad');
    expect(aws.state!.status).toBe('CREATE_FAILED');
    expect([statusOf('Copy'), statusOf('Neighbour')]).toEqual(['CREATE_FAILED', undefined]);
    expect(sent()).toEqual(['Create undefined as bad']);
  });

  it.each([
    ['deletedFirst', ['Create undefined as bad', 'Delete bad as bad', 'Create undefined as A']],
    ['cleanedUp', ['Create undefined as bad', 'Create undefined as A', 'Delete bad as bad']],
  ] as const)('is gone on from by an update, which makes what failed anew: %s', async (failedCreations, requests) => {
    aws.rules = { ...aws.rules, failedCreations };
    await kept('bad');
    expect((await aws.deploy(stack('A'))).status).toBe('UPDATE_COMPLETE');
    expect(sent()).toEqual(requests);
    expect(statusOf('Neighbour')).toBe('CREATE_COMPLETE');
  });

  it('is gone back to when what follows fails, without what it never came to', async () => {
    await kept('bad');
    aws.behaviour = event => (event.RequestType === 'Update' ? { answer: {} } : byContent(event));
    const ended = await aws.deploy({ ...stack('A'), Other: customResource({ Content: 'bad' }, { DependsOn: 'Copy' }), Neighbour: topic('a', { DependsOn: 'Other' }) });
    expect(ended.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([statusOf('Copy'), statusOf('Neighbour')]).toEqual(['UPDATE_COMPLETE', undefined]);
  });

  it('can be taken back', async () => {
    await kept('bad');
    expect((await aws.rollBack()).status).toBe('ROLLBACK_COMPLETE');
    expect(sent()).toEqual(['Create undefined as bad', 'Delete bad as bad']);
  });
});

describe('an update without rollback', () => {
  beforeEach(async () => {
    await aws.deploy(stack('A'));
    aws.clear();
  });

  it('stays as it failed', async () => {
    await kept('bad');
    expect(aws.state!.status).toBe('UPDATE_FAILED');
    expect(statusOf('Copy')).toBe('UPDATE_FAILED');
    expect(sent()).toEqual(['Update A as bad']);
  });

  it.each([
    ['UPDATE_FAILED', ['Stack UPDATE_IN_PROGRESS', 'Stack UPDATE_FAILED', 'Stack UPDATE_FAILED']],
    ['UPDATE_IN_PROGRESS', ['Stack UPDATE_IN_PROGRESS', 'Stack UPDATE_FAILED']],
  ] as const)('may take what failed back, while the stack says %s', async (keptReverts, statuses) => {
    aws.rules = { ...aws.rules, keptReverts };
    await kept('bad');
    expect(sent()).toEqual(['Update A as bad', 'Update bad as A']);
    expect(statusOf('Copy')).toBe('UPDATE_COMPLETE');
    expect(aws.history().filter(line => line.startsWith('Stack'))).toEqual(statuses);
  });

  it.each([['asked', 'bad'], ['stable', 'A']] as const)('is gone on from by an update of what failed, whose old properties are those that were %s', async (failedUpdates, old) => {
    aws.rules = { ...aws.rules, failedUpdates };
    await kept('bad');
    expect((await aws.deploy(stack('B'))).status).toBe('UPDATE_COMPLETE');
    expect(sent()).toEqual(['Update A as bad', 'Update bad as B', 'Delete A as A', 'Delete bad as bad']);
    expect(aws.requests[1].OldResourceProperties).toMatchObject({ Content: old });
  });

  it('is tried again when nothing else is asked for', async () => {
    await kept('bad');
    aws.behaviour = () => ({});
    expect((await aws.deploy(stack('bad'))).status).toBe('UPDATE_COMPLETE');
    expect(sent()[1]).toBe('Update bad as bad');
  });

  it('sends a request that failed under its old RequestId, once', async () => {
    await kept('bad');
    aws.customResources.play(DEFAULT_SCENARIO);
    aws.behaviour = stubborn;
    await aws.deploy(stack('bad'));
    expect(sent()).toEqual(['Update A as bad', 'Update bad as bad', 'Update bad as A']);
    const [first, again, back] = aws.requests;
    expect(again.RequestId).toBe(first.RequestId);
    expect(again.ResponseURL).not.toBe(first.ResponseURL);
    expect(back.RequestId).not.toBe(first.RequestId);
  });

  it('can be taken back to what was stable', async () => {
    await kept('bad');
    expect((await aws.rollBack()).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(sent()).toEqual(['Update A as bad', 'Update bad as A', 'Delete bad as bad']);
    expect(aws.state!.resources.Copy.physicalId).toBe('A');
  });
});

describe('a rollback that failed', () => {
  beforeEach(async () => {
    await aws.deploy(stack('A'));
    aws.behaviour = stubborn;
    await aws.deploy(stack('B'));
    aws.clear();
  });

  it('is tried again', async () => {
    expect(aws.state!.status).toBe('UPDATE_ROLLBACK_FAILED');
    aws.behaviour = byContent;
    expect((await aws.rollBack()).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(sent()).toEqual(['Update A as A']);
  });

  it('goes on past a resource that is skipped', async () => {
    expect((await aws.rollBack(['Copy'])).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(sent()).toEqual([]);
    expect(statusOf('Copy')).toBe('UPDATE_COMPLETE');
  });

  it('is no rollback of a stack that is complete', async () => {
    await aws.rollBack(['Copy']);
    await expect(aws.rollBack()).rejects.toThrow(/is in UPDATE_ROLLBACK_COMPLETE state and can not be rolled back/);
  });
});

describe('a rollback', () => {
  it.each([true, false])('may count as an update: %s', async rollbackSetsLastUpdatedTime => {
    aws.rules = { ...aws.rules, rollbackSetsLastUpdatedTime };
    await aws.deploy(stack('A'));
    const start = aws.clock.now();
    await aws.deploy({ ...stack('A'), Other: customResource({ Content: 'bad' }) });
    expect(aws.state!.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.state!.updated! > start).toBe(rollbackSetsLastUpdatedTime);
  });
});
