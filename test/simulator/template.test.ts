import { prepare } from '../../simulator/cloudformation/blueprint';
import { dependenciesOf } from '../../simulator/cloudformation/dependencies';
import { Place } from '../../simulator/cloudformation/place';
import { Json, resolve, Scope, UNKNOWN } from '../../simulator/cloudformation/template';

const scope: Scope = {
  ref: name => ({ 'AWS::Region': 'us-east-1', 'Topic': 'topic-id', 'List': ['a', 'b'] })[name],
  getAtt: (id, attribute) => `${id}/${attribute}`,
  condition: name => name === 'Yes',
  mapping: (map, first, second) => `${map}.${first}.${second}`,
  importValue: name => `imported ${name}`,
};

const place: Place = {
  account: '111122223333', region: 'us-east-1', partition: 'aws', urlSuffix: 'amazonaws.com', stackName: 'Stack', stackId: 'arn:stack', random: () => 0,
};

const topic = (properties: Json = {}) => ({ Type: 'AWS::SNS::Topic', Properties: properties });
const prepared = (template: object, parameters = {}) => prepare(JSON.stringify(template), parameters, place);

describe('intrinsic functions', () => {
  it.each<[string, Json, Json]>([
    ['Ref', { Ref: 'Topic' }, 'topic-id'],
    ['Fn::GetAtt of a list', { 'Fn::GetAtt': ['Topic', 'Arn'] }, 'Topic/Arn'],
    ['Fn::GetAtt of a text', { 'Fn::GetAtt': 'Stack.Outputs.A' }, 'Stack/Outputs.A'],
    ['Fn::Sub', { 'Fn::Sub': '${Topic} ${Topic.Arn} ${!Literal} ${AWS::Region}' }, 'topic-id Topic/Arn ${Literal} us-east-1'],
    ['Fn::Sub with a map', { 'Fn::Sub': ['${X}-${Topic}', { X: { Ref: 'Topic' } }] }, 'topic-id-topic-id'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Topic' }, 3]] }, 'a-topic-id-3'],
    ['Fn::Join of a list value', { 'Fn::Join': [',', { Ref: 'List' }] }, 'a,b'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'k'] }, 'M.us-east-1.k'],
    ['Fn::If', { 'Fn::If': ['Yes', { Ref: 'Topic' }, 'no'] }, 'topic-id'],
    ['Fn::Equals', { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }, true],
    ['Fn::And, Fn::Or and Fn::Not', { 'Fn::And': [{ 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, { 'Fn::Not': [{ Condition: 'No' }] }] }, true],
    ['Fn::Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'x' }, 'imported x'],
    ['Fn::GetAZs', { 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    ['AWS::NoValue', { A: { Ref: 'AWS::NoValue' }, B: [{ Ref: 'AWS::NoValue' }, 1] }, { B: [1] }],
    ['a part of a value that is not known yet', { 'Fn::Select': [5, { 'Fn::Split': [':', UNKNOWN] }] }, UNKNOWN],
  ])('%s', (_name, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it('leaves an IAM condition alone', () => {
    const statement = { Condition: { StringEquals: { 'iam:PassedToService': 'backup.amazonaws.com' } } };
    expect(resolve(statement, scope)).toEqual(statement);
  });

  it.each<[Json, string]>([
    [{ 'Fn::GetStackOutput': ['x'] }, 'Fn::GetStackOutput is not simulated'],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 1] }, 'Fn::Cidr is not simulated'],
    ['{{resolve:ssm:/x}}', '{{resolve:ssm:/x}} is not simulated'],
    [{ 'Fn::Select': [3, ['a']] }, 'Fn::Select cannot select nonexistent value at index 3'],
    [{ 'Fn::GetAtt': ['Topic'] }, 'every Fn::GetAtt object requires two non-empty parameters'],
    [{ 'Fn::Join': [',', 'a'] }, 'every Fn::Join object'],
    [{ 'Ref': 'Topic', 'Fn::Join': [] }, 'must be the only key'],
  ])('refuses %j', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

describe('a template', () => {
  it('loses what its conditions exclude, references to it too', () => {
    const { template } = prepared({
      Parameters: { Stage: { Type: 'String', Default: 'prod' } },
      Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }, Test: { 'Fn::Not': [{ Condition: 'Prod' }] } },
      Resources: {
        A: { ...topic({ Name: { 'Fn::If': ['Test', { Ref: 'B' }, { Ref: 'AWS::NoValue' }] } }), DependsOn: ['B'] },
        B: { ...topic(), Condition: 'Test' },
      },
      Outputs: { Out: { Value: { Ref: 'B' }, Condition: 'Test' } },
    });
    expect(template.Resources).toEqual({ A: { Type: 'AWS::SNS::Topic', Properties: {}, DependsOn: [] } });
    expect(template.Outputs).toEqual({});
  });

  it('gets its parameters from what is given, the default or what bootstrapping stored', () => {
    const { parameters } = prepared({
      Parameters: {
        A: { Type: 'String' },
        B: { Type: 'Number', Default: 3 },
        C: { Type: 'CommaDelimitedList', Default: 'x, y' },
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
      },
      Resources: { T: topic() },
    }, { A: 'given' });
    expect(parameters).toEqual({ A: 'given', B: '3', C: ['x', 'y'], BootstrapVersion: '30' });
  });

  it('knows what waits for what', () => {
    const { template } = prepared({
      Resources: {
        A: topic(),
        B: topic({ X: { Ref: 'A' } }),
        C: topic({ X: { 'Fn::GetAtt': ['A', 'TopicArn'] } }),
        D: topic({ X: { 'Fn::Sub': '${B}${C.TopicArn}' } }),
        E: { ...topic(), DependsOn: 'D' },
      },
    });
    expect(Object.fromEntries(dependenciesOf(template))).toEqual({ A: [], B: ['A'], C: ['A'], D: ['B', 'C'], E: ['D'] });
  });

  it.each<[string, object, string]>([
    ['a reference to nothing', { Resources: { A: topic({ X: { Ref: 'No' } }) } }, 'Template format error: Unresolved resource dependencies [No] in the Resources block of the template'],
    ['an attribute of nothing', { Resources: { A: topic({ X: { 'Fn::GetAtt': ['No', 'Arn'] } }) } }, 'instance of Fn::GetAtt references undefined resource No'],
    ['a dependency on nothing', { Resources: { A: { ...topic(), DependsOn: 'No' } } }, 'Unresolved resource dependencies [No]'],
    ['an output of nothing', { Resources: { A: topic() }, Outputs: { O: { Value: { Ref: 'No' } } } }, 'Unresolved resource dependencies [No] in the Outputs block'],
    ['a circle', {
      Resources: { Before: topic(), A: topic({ X: { Ref: 'B' } }), B: topic({ X: [{ Ref: 'A' }, { Ref: 'Before' }] }), After: topic({ X: { Ref: 'A' } }) },
    }, 'Circular dependency between resources: [A, B]'],
    ['501 resources', { Resources: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`R${i}`, topic()])) }, 'Number of resources, 501, is greater than maximum allowed, 500'],
    ['more than a megabyte', { Resources: { A: topic({ X: 'x'.repeat(1_000_000) }) } }, 'Template may not exceed 1000000 bytes in size.'],
    ['no resources', { Resources: {} }, 'At least one Resources member must be defined'],
    ['null', { Resources: { A: topic({ X: null }) } }, "[/Resources/A/Properties/X] 'null' values are not allowed in templates"],
    ['an odd logical id', { Resources: { 'A-b': topic() } }, 'Resource name A-b is non alphanumeric'],
    ['a transform', { Transform: 'AWS::Serverless-2016-10-31', Resources: { A: topic() } }, 'The template section Transform is not simulated.'],
    ['a creation policy', { Resources: { A: { ...topic(), CreationPolicy: {} } } }, 'The resource attribute CreationPolicy of A is not simulated.'],
    ['an unknown policy', { Resources: { A: { ...topic(), DeletionPolicy: 'Keep' } } }, 'Unrecognized DeletionPolicy "Keep"'],
    ['a missing parameter', { Parameters: { P: { Type: 'String' } }, Resources: { A: topic() } }, 'Parameters: [P] must have values'],
    ['a stored parameter', { Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } }, Resources: { A: topic() } }, 'The parameter P reads /x from the Parameter Store'],
    ['a broken rule', { Rules: { R: { Assertions: [{ Assert: { 'Fn::Contains': [['a'], 'b'] }, AssertDescription: 'no b' }] } }, Resources: { A: topic() } }, 'the rule R does not hold: no b'],
  ])('is refused with %s', (_what, template, message) => {
    expect(() => prepared(template)).toThrow(message);
  });

  it('may have 500 resources, each waiting for the one before', () => {
    const chain = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`R${i}`, topic(i ? { X: { Ref: `R${i - 1}` } } : {})]));
    expect(() => prepared({ Resources: chain })).not.toThrow();
  });
});
