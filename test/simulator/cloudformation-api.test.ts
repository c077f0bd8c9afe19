import { CloudFormationApi } from '../../simulator/cloudformation/cloudformation-api';
import { StackState } from '../../simulator/cloudformation/stack-state';
import { WireReply } from '../../simulator/wire';

const ROLE = 'arn:aws:iam::111122223333:role/handler';
const ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/Stack/0a';

const nested: StackState = {
  name: 'Stack-Nested-1',
  id: ID.replace('/Stack/', '/Stack-Nested-1/'),
  parentId: ID,
  rootId: ID,
  status: 'UPDATE_IN_PROGRESS',
  created: 0,
  updated: 60_000,
  blueprint: { template: { Resources: {} }, parameters: {} },
  resources: {},
  versions: [],
  views: {},
  outputs: {},
};
const resource = { type: 'Custom::Copy', physicalId: 'a<b>&c', status: 'CREATE_COMPLETE', properties: {}, attributes: {}, deletionPolicy: 'Delete', updateReplacePolicy: 'Delete', dependsOn: [] };
const stack = (status: string): StackState => ({
  ...nested,
  name: 'Stack',
  id: ID,
  parentId: undefined,
  rootId: undefined,
  status,
  resources: { Copy: resource, Nested: { ...resource, stack: nested } },
  views: {
    Copy: [
      { since: 50_000, updated: 50_000, type: 'Custom::Copy', physicalId: '', status: 'CREATE_IN_PROGRESS' },
      { since: 90_000, updated: 90_000, type: 'Custom::Copy', physicalId: 'a<b>&c', status: 'CREATE_COMPLETE' },
    ],
    Gone: [{ since: 90_000, updated: 90_000, type: 'Custom::Copy', physicalId: 'gone', status: '' }],
  },
});

const ask = async (input: Record<string, string>, { status = 'UPDATE_ROLLBACK_IN_PROGRESS', region = 'us-east-1', denied = '', resourceLagSeconds = 0, of = stack(status) } = {}): Promise<WireReply> => {
  const api = new CloudFormationApi({ now: () => 100_000 }, { denial: (_role, action, arn) => denied === `${action} ${arn}` ? `not authorized: ${denied}` : undefined });
  api.add(of);
  api.play({ resourceLagSeconds });
  const body = new URLSearchParams({ Version: '2010-05-15', ...input }).toString();
  return await api.handle({
    service: 'cloudformation', region, method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body, caller: { functionArn: '', roleArn: ROLE },
  }) as WireReply;
};

it.each([ID, 'Stack'])('describes the stack %s as it is at the moment', async StackName => {
  const { status, body } = await ask({ Action: 'DescribeStacks', StackName });
  expect(status).toBe(200);
  expect(body).toContain('<DescribeStacksResult><Stacks><member><StackName>Stack</StackName>');
  expect(body).toContain('<StackStatus>UPDATE_ROLLBACK_IN_PROGRESS</StackStatus>');
  expect(body).toContain('<CreationTime>1970-01-01T00:00:00.000Z</CreationTime><LastUpdatedTime>1970-01-01T00:01:00.000Z</LastUpdatedTime>');
  expect(body).not.toContain('DeletionTime');
});

it('describes nested stacks, with the one around them', async () => {
  const { body } = await ask({ Action: 'DescribeStacks', StackName: nested.id });
  expect(body).toContain(`<StackStatus>UPDATE_IN_PROGRESS</StackStatus><ParentId>${ID}</ParentId><RootId>${ID}</RootId>`);
});

it('describes a resource', async () => {
  const { body } = await ask({ Action: 'DescribeStackResource', StackName: ID, LogicalResourceId: 'Copy' });
  expect(body).toContain('<PhysicalResourceId>a&lt;b&gt;&amp;c</PhysicalResourceId>');
  expect(body).toContain('<ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>1970-01-01T00:01:30.000Z</LastUpdatedTimestamp>');
});

it('describes a resource as it was, when the scenario shows it late', async () => {
  const copy = { Action: 'DescribeStackResource', StackName: ID, LogicalResourceId: 'Copy' };
  const late = await ask(copy, { resourceLagSeconds: 30 });
  expect(late.body).toContain('<ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus><LastUpdatedTimestamp>1970-01-01T00:00:50.000Z</LastUpdatedTimestamp>');
  expect(late.body).not.toContain('PhysicalResourceId');
  expect((await ask(copy, { resourceLagSeconds: 60 })).body).toContain('Resource Copy does not exist for stack Stack');
});

it('lists the resources that there are', async () => {
  const { body } = await ask({ Action: 'ListStackResources', StackName: ID });
  expect(body.match(/<LogicalResourceId>\w+/g)).toEqual(['<LogicalResourceId>Copy']);
  expect(body).toContain('<PhysicalResourceId>a&lt;b&gt;&amp;c</PhysicalResourceId><ResourceType>Custom::Copy</ResourceType>');
  expect(body).not.toContain('NextToken');
});

it('lists a hundred resources a page', async () => {
  const view = { since: 0, updated: 0, type: 'Custom::Copy', physicalId: 'id', status: 'CREATE_COMPLETE' };
  const many = { ...stack('CREATE_COMPLETE'), views: Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`Copy${n}`, [view]])) };
  const names: string[] = [];
  let pages = 0;
  for (let token: string | undefined = ''; token !== undefined; pages++) {
    const { body } = await ask({ Action: 'ListStackResources', StackName: ID, ...token && { NextToken: token } }, { of: many });
    names.push(...[...body.matchAll(/<LogicalResourceId>(\w+)/g)].map(([, name]) => name));
    token = /<NextToken>(.*)<\/NextToken>/.exec(body)?.[1];
  }
  expect(pages).toBe(3);
  expect(names).toEqual(Object.keys(many.views));
});

it('finds a deleted stack by its id only', async () => {
  expect((await ask({ Action: 'DescribeStacks', StackName: ID }, { status: 'DELETE_COMPLETE' })).status).toBe(200);
  expect((await ask({ Action: 'DescribeStacks', StackName: 'Stack' }, { status: 'DELETE_COMPLETE' })).body).toContain('Stack with id Stack does not exist');
});

it.each([
  [{ Action: 'DescribeStacks', StackName: 'Other' }, {}, 400, 'Stack with id Other does not exist'],
  [{ Action: 'DescribeStacks', StackName: ID }, { region: 'eu-west-1' }, 400, 'does not exist'],
  [{ Action: 'DescribeStackResource', StackName: 'Other', LogicalResourceId: 'Copy' }, {}, 400, 'Stack \'Other\' does not exist'],
  [{ Action: 'DescribeStackResource', StackName: ID, LogicalResourceId: 'No' }, {}, 400, 'Resource No does not exist for stack Stack'],
  [{ Action: 'DescribeStacks', StackName: 'Stack' }, { denied: `cloudformation:DescribeStacks ${ID}` }, 403, 'not authorized'],
  [{ Action: 'ListStacks' }, {}, 400, 'The action ListStacks is not simulated.'],
])('refuses %j', async (input, surroundings, status, message) => {
  const reply = await ask(input as Record<string, string>, surroundings);
  expect(reply.status).toBe(status);
  expect(reply.body).toContain(message);
});
