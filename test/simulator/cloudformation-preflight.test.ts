import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationFixture, customResource, FUNCTION, topic } from './cloudformation-fixture';
import { ResourceDeclaration } from '../../simulator/cloudformation/template';

let aws: CloudFormationFixture;

beforeEach(() => {
  aws = new CloudFormationFixture();
});

describe('what the simulator does not know is refused by name before anything is there', () => {
  it.each<[string, Record<string, ResourceDeclaration>, string]>([
    ['a resource type', { A: topic(), B: { Type: 'AWS::EC2::Instance' } }, 'The resource type AWS::EC2::Instance is not simulated.'],
    ['a custom resource whose function calls other services', { A: topic(), B: { Type: 'Custom::CrossRegionExportReader' } }, 'The resource type Custom::CrossRegionExportReader is not simulated: its function calls Systems Manager.'],
    ['a custom resource of a function elsewhere', { A: topic(), B: { Type: 'Custom::B', Properties: { ServiceToken: 'arn:aws:lambda:us-east-1:1:function:x' } } }, 'B (Custom::B) is not simulated: its ServiceToken is not a function of a deployed stack'],
    ['a custom resource without ServiceToken', { B: { Type: 'Custom::B' } }, 'ServiceToken must not be null'],
    ['an impossible ServiceTimeout', { ...FUNCTION, B: customResource({ ServiceTimeout: 3_601 }) }, 'ServiceTimeout of B must be from 1 to 3600 seconds'],
    ['an attribute', { A: topic(), B: topic({ 'Fn::GetAtt': ['A', 'Arn'] }) }, 'The attribute Arn of A (AWS::SNS::Topic) is not simulated.'],
    ['code that is no asset', { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'x' } } } }, 'F: its code is no asset'],
    ['a state machine that does more than the waiter', { M: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Pass"}}}' } } }, "M: Not simulated: state 'A' of type 'Pass'"],
    ['a policy of users', { P: { Type: 'AWS::IAM::Policy', Properties: { Users: ['u'] } } }, 'P: policies of users and groups'],
    ['an import of nothing', { A: topic({ 'Fn::ImportValue': 'x' }) }, 'No export named x found.'],
  ])('%s', async (_what, resources, message) => {
    await expect(aws.deploy(resources)).rejects.toThrow(message);
    expect(aws.events).toEqual([]);
  });
});

describe('a nested stack', () => {
  const child = { Resources: { Copy: { Type: 'Custom::Copy', Properties: { ServiceToken: { Ref: 'Token' }, Content: { Ref: 'Content' } } } }, Parameters: { Token: { Type: 'String' }, Content: { Type: 'String' } }, Outputs: { Id: { Value: { Ref: 'Copy' } } } };
  const resources = (content = 'A', neighbour = 'a') => ({
    ...FUNCTION,
    Nested: {
      Type: 'AWS::CloudFormation::Stack',
      Properties: {
        TemplateURL: { 'Fn::Join': ['', ['https://s3.', { Ref: 'AWS::Region' }, '.amazonaws.com/assets/child.json']] },
        Parameters: { Token: { 'Fn::GetAtt': ['Function', 'Arn'] }, Content: content },
      },
    },
    Neighbour: topic(neighbour, { DependsOn: ['Nested'] }),
    Reader: topic({ 'Fn::GetAtt': ['Nested', 'Outputs.Id'] }),
  });
  const contents = () => aws.requests.map(({ RequestType: type, ResourceProperties: properties }) => `${type} ${(properties as { Content: string }).Content}`);

  const folder = mkdtempSync(join(tmpdir(), 'nested-'));

  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    const file = join(folder, 'child.json');
    writeFileSync(file, JSON.stringify(child));
    aws.assets['assets/child.json'] = file;
    aws.behaviour = event => ({ answer: event.RequestType === 'Delete' ? {} : { PhysicalResourceId: (event.ResourceProperties as { Content: string }).Content } });
  });

  it('is created with its parameters, under a name and an id of its own, and gives its outputs', async () => {
    const state = await aws.deploy(resources());
    expect(state.status).toBe('CREATE_COMPLETE');
    expect(aws.requests[0].StackId).toMatch(/stack\/Stack-Nested-[A-Z0-9]{12}\//);
    expect(state.resources.Nested).toMatchObject({ physicalId: aws.requests[0].StackId, stack: { parentId: state.id, rootId: state.id } });
    expect(state.resources.Reader.properties).toEqual({ DisplayName: 'A' });
  });

  it('is refused with a template that is no asset, and with an output that it does not have', async () => {
    aws.assets = { 'assets/code.zip': __dirname };
    await expect(aws.deploy(resources())).rejects.toThrow('The nested stack template assets/child.json is no asset of the cloud assembly.');
  });

  it('that fails is deleted with the stack around it', async () => {
    aws.behaviour = event => event.RequestType === 'Create' ? { answer: { Status: 'FAILED', Reason: 'no room' } } : {};
    const state = await aws.deploy(resources());
    expect(state.status).toBe('ROLLBACK_COMPLETE');
    expect(aws.eventOf('Nested', 'CREATE_FAILED').reason).toMatch(/^Embedded stack arn:.* was not successfully created: The following resource\(s\) failed to create: \[Copy\]/);
    expect(contents()).toEqual(['Create A', 'Delete A']);
  });

  it('cleans up only when the stack around it does', async () => {
    await aws.deploy(resources());
    aws.clear();
    const state = await aws.deploy(resources('B', 'b'));
    expect(state).toMatchObject({ status: 'UPDATE_COMPLETE', resources: { Nested: { stack: { status: 'UPDATE_COMPLETE' } }, Reader: { properties: { DisplayName: 'B' } } } });
    expect(contents()).toEqual(['Update B', 'Delete A']);
    expect(aws.history().indexOf('Copy DELETE_IN_PROGRESS')).toBeGreaterThan(aws.history().indexOf('Stack UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'));
  });

  it('goes back with the stack around it', async () => {
    await aws.deploy(resources());
    aws.clear();
    aws.failing.add('Neighbour');
    const state = await aws.deploy(resources('B', 'b'));
    expect(contents()).toEqual(['Update B', 'Update A', 'Delete B']);
    expect(state).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE', resources: { Nested: { stack: { status: 'UPDATE_ROLLBACK_COMPLETE', resources: { Copy: { physicalId: 'A' } } } } },
    });
  });

  it('is deleted with the stack around it', async () => {
    await aws.deploy(resources());
    aws.clear();
    expect((await aws.delete()).status).toBe('DELETE_COMPLETE');
    expect(contents()).toEqual(['Delete A']);
  });
});
