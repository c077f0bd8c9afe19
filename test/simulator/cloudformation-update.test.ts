import { Behaviour, CloudFormationFixture, customResource, FUNCTION, topic } from './cloudformation-fixture';
import { CustomResourceEvent } from '../../simulator/cloudformation/custom-resource-answer';

let aws: CloudFormationFixture;

beforeEach(() => {
  aws = new CloudFormationFixture();
  aws.behaviour = byContent;
});

/** The physical id follows the property `Content`. */
const byContent: Behaviour = event => ({ answer: event.RequestType === 'Delete' ? {} : { PhysicalResourceId: contentOf(event) } });
const contentOf = ({ ResourceProperties: properties }: CustomResourceEvent): string => (properties as { Content: string }).Content;
const stack = (content: string, rest: Parameters<typeof customResource>[1] = {}, neighbour = 'a') => ({
  ...FUNCTION, Copy: customResource({ Content: content }, rest), Neighbour: topic(neighbour, { DependsOn: 'Copy' }),
});
const sent = () => aws.requests.map(({ RequestType: type, PhysicalResourceId: id }) => `${type} ${id}`);

/** Deploys the stack and forgets its events. */
async function deployed(resources: Parameters<CloudFormationFixture['deploy']>[0]) {
  await aws.deploy(resources);
  aws.clear();
}

describe('an update', () => {
  it('touches only what changed', async () => {
    await deployed(stack('A'));
    const state = await aws.deploy(stack('A', {}, 'b'));
    expect(state.status).toBe('UPDATE_COMPLETE');
    expect(aws.history()).toEqual([
      'Stack UPDATE_IN_PROGRESS', 'Neighbour UPDATE_IN_PROGRESS', 'Neighbour UPDATE_COMPLETE', 'Stack UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'Stack UPDATE_COMPLETE',
    ]);
  });

  it('does nothing when nothing changed', async () => {
    await deployed(stack('A'));
    expect((await aws.deploy(stack('A', { Metadata: { 'aws:cdk:path': 'elsewhere' } }))).status).toBe('CREATE_COMPLETE');
    expect(aws.events).toEqual([]);
  });

  it('sends old and new properties, and deletes the first id after everything else when it changed', async () => {
    await deployed(stack('A'));
    const state = await aws.deploy(stack('B', {}, 'b'));
    expect(aws.requests[0]).toMatchObject({
      RequestType: 'Update', PhysicalResourceId: 'A', ResourceProperties: { Content: 'B' }, OldResourceProperties: { Content: 'A' },
    });
    expect(sent()).toEqual(['Update A', 'Delete A']);
    expect(aws.requests[1]).toMatchObject({ ResourceProperties: { Content: 'A' } });
    expect(aws.requests[1]).not.toHaveProperty('OldResourceProperties');
    expect(aws.history().indexOf('Copy DELETE_IN_PROGRESS')).toBeGreaterThan(aws.history().indexOf('Stack UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'));
    expect(state.resources.Copy.physicalId).toBe('B');
  });

  it('keeps a replaced resource under UpdateReplacePolicy Retain', async () => {
    await deployed(stack('A', { UpdateReplacePolicy: 'Retain' }));
    await aws.deploy(stack('B', { UpdateReplacePolicy: 'Retain' }));
    expect(sent()).toEqual(['Update A']);
    expect(aws.eventOf('Copy', 'DELETE_SKIPPED').physicalId).toBe('A');
  });

  it('updates what refers to a replaced resource', async () => {
    const resources = (content: string) => ({ ...FUNCTION, Copy: customResource({ Content: content }), Next: topic({ Ref: 'Copy' }) });
    await deployed(resources('A'));
    const state = await aws.deploy(resources('B'));
    expect(state.resources.Next.properties).toEqual({ DisplayName: 'B' });
  });

  it('replaces a resource when a property says so', async () => {
    const named = (name: string) => ({ Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name } } });
    await deployed(named('a'));
    const state = await aws.deploy(named('b'));
    expect(state.resources.Topic.physicalId).toBe('arn:aws:sns:us-east-1:111122223333:b');
    expect(aws.eventOf('Topic', 'DELETE_COMPLETE').physicalId).toBe('arn:aws:sns:us-east-1:111122223333:a');
  });

  it('deletes removed resources last, and a failure there does not fail it', async () => {
    await deployed(stack('A'));
    aws.behaviour = () => ({ answer: { Status: 'FAILED', Reason: 'no' } });
    const state = await aws.deploy({ ...FUNCTION, Neighbour: topic('a') });
    expect(state.status).toBe('UPDATE_COMPLETE');
    expect(aws.history()).toContain('Copy DELETE_FAILED');
    expect(Object.keys(state.resources).sort()).toEqual(['Function', 'Neighbour', 'Role']);
  });

  it('lets a policy shrink before the clean-up', async () => {
    const policy = (action: string) => ({
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'p', Roles: [{ Ref: 'Role' }], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] } },
      },
    });
    await deployed({ ...stack('A'), ...policy('backup:DeleteRecoveryPoint') });
    const role = String(aws.state!.resources.Role.attributes.Arn);
    const denials: (string | undefined)[] = [];
    aws.behaviour = event => {
      denials.push(aws.iam.denial(role, 'backup:DeleteRecoveryPoint', '*'));
      return byContent(event);
    };
    await aws.deploy({ ...FUNCTION, Neighbour: topic(), ...policy('backup:DescribeCopyJob') });
    expect(sent()).toEqual(['Delete A']);
    expect(denials).toEqual([expect.stringContaining('is not authorized')]);
  });

  it('refuses another service token, another type, and a stack that cannot be updated', async () => {
    await deployed(stack('A'));
    const other = { Other: { ...FUNCTION.Function, Properties: { ...FUNCTION.Function.Properties } } };
    const copy = { Type: 'Custom::Copy', Properties: { ServiceToken: { 'Fn::GetAtt': ['Other', 'Arn'] }, Content: 'A' } };
    expect((await aws.deploy({ ...stack('A'), ...other, Copy: copy })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(aws.eventOf('Copy', 'UPDATE_FAILED').reason).toBe('Modifying service token is not allowed.');
    await expect(aws.deploy({ ...stack('A'), Neighbour: { Type: 'AWS::SQS::Queue' } })).rejects.toThrow('[Neighbour]');
    aws.state!.status = 'UPDATE_ROLLBACK_FAILED';
    await expect(aws.deploy(stack('B'))).rejects.toThrow('is in UPDATE_ROLLBACK_FAILED state and can not be updated');
  });
});

describe('a failed update', () => {
  it('sends a second Update with the properties exchanged and the latest id, then deletes what that left behind', async () => {
    await deployed(stack('A'));
    aws.failing.add('Neighbour');
    const state = await aws.deploy(stack('B', {}, 'b'));
    expect(state).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', resources: { Copy: { physicalId: 'A' }, Neighbour: { properties: { DisplayName: 'a' } } } });
    expect(sent()).toEqual(['Update A', 'Update B', 'Delete B']);
    expect(aws.requests[1]).toMatchObject({ ResourceProperties: { Content: 'A' }, OldResourceProperties: { Content: 'B' } });
    expect(aws.requests[2]).toMatchObject({ ResourceProperties: { Content: 'B' } });
    expect(aws.eventOf('Stack', 'UPDATE_ROLLBACK_IN_PROGRESS').reason).toBe('The following resource(s) failed to update: [Neighbour]. ');
    expect(aws.history().indexOf('Copy DELETE_IN_PROGRESS')).toBeGreaterThan(aws.history().indexOf('Stack UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'));
  });

  it('deletes what the second Update left behind even where a replaced resource would be retained', async () => {
    await deployed(stack('A', { UpdateReplacePolicy: 'Retain' }));
    aws.failing.add('Neighbour');
    await aws.deploy(stack('B', { UpdateReplacePolicy: 'Retain' }, 'b'));
    expect(sent()).toEqual(['Update A', 'Update B', 'Delete B']);
  });

  it.each([['A', ['Update A', 'Update A']], ['B', ['Update A', 'Update B', 'Delete B']]])('asks the failed resource itself, under the id that its failure carried (%s)', async (answered, expected) => {
    await deployed(stack('A'));
    aws.behaviour = event => contentOf(event) === 'B' && event.RequestType === 'Update'
      ? { answer: { Status: 'FAILED', Reason: 'no', PhysicalResourceId: answered } } : byContent(event);
    const state = await aws.deploy(stack('B'));
    expect(sent()).toEqual(expected);
    expect(state).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', resources: { Copy: { physicalId: 'A', properties: { Content: 'A' } } } });
  });

  it('deletes new resources in the clean-up of the rollback', async () => {
    await deployed(stack('A'));
    aws.failing.add('Neighbour');
    const state = await aws.deploy({ ...stack('A', {}, 'b'), New: customResource({ Content: 'N' }), Kept: topic('k', { DeletionPolicy: 'Retain' }), Neighbour: topic('b', { DependsOn: ['Copy', 'New', 'Kept'] }) });
    expect(sent()).toEqual(['Create undefined', 'Delete N']);
    expect(aws.history()).toContain('Kept DELETE_SKIPPED');
    expect(aws.history().indexOf('New DELETE_IN_PROGRESS')).toBeGreaterThan(aws.history().indexOf('Stack UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'));
    expect(Object.keys(state.resources).sort()).toEqual(['Copy', 'Function', 'Neighbour', 'Role']);
  });

  it('cancels what is in progress and goes on from the id that was last answered', async () => {
    const resources = (content: string, name: string) => ({ ...FUNCTION, Copy: customResource({ Content: content }), Neighbour: topic(name) });
    await deployed(resources('A', 'a'));
    aws.failing.add('Neighbour');
    aws.behaviour = event => contentOf(event) === 'B' ? { ...byContent(event), afterSeconds: 500 } : byContent(event);
    const state = await aws.deploy(resources('B', 'b'));
    expect(aws.eventOf('Copy', 'UPDATE_FAILED').reason).toBe('Resource update cancelled');
    expect(sent()).toEqual(['Update A', 'Update A']);
    await aws.wait(1_000);
    expect(state.resources.Copy.physicalId).toBe('A');
  });

  it('goes back to the original of a replaced plain resource and deletes the new one', async () => {
    const resources = (text: string) => ({
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: text } }, Neighbour: topic(text, { DependsOn: 'Group' }),
    });
    await deployed(resources('a'));
    const { physicalId } = aws.state!.resources.Group;
    aws.failing.add('Neighbour');
    const state = await aws.deploy(resources('b'));
    expect(state.resources.Group.physicalId).toBe(physicalId);
    expect(aws.eventOf('Group', 'DELETE_COMPLETE').physicalId).not.toBe(physicalId);
  });

  it('ends in UPDATE_ROLLBACK_FAILED when the second Update fails', async () => {
    await deployed(stack('A'));
    aws.behaviour = () => ({ answer: { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'A' } });
    expect((await aws.deploy(stack('B'))).status).toBe('UPDATE_ROLLBACK_FAILED');
  });

  it('can be followed by a good one', async () => {
    await deployed(stack('A'));
    aws.failing.add('Neighbour');
    await aws.deploy(stack('B', {}, 'b'));
    aws.failing.clear();
    expect(await aws.deploy(stack('C', {}, 'c'))).toMatchObject({ status: 'UPDATE_COMPLETE', resources: { Copy: { physicalId: 'C' } } });
    expect(sent().slice(3)).toEqual(['Update A', 'Delete A']);
  });
});
