import { inCycles, reachableFrom, templateGraph } from './template-graph';

it('follows Ref, Fn::GetAtt, Fn::Sub and DependsOn, and nothing else', () => {
  const graph = templateGraph({
    Resources: {
      A: {},
      B: { DependsOn: 'A' },
      C: { DependsOn: ['A', 'B'] },
      D: { Properties: { List: [{ Ref: 'A' }, { Ref: 'AWS::Region' }, 'B'] } },
      E: { Properties: { One: { 'Fn::GetAtt': ['A', 'Arn'] }, Two: { 'Fn::GetAtt': 'B.Outputs.X' } } },
      F: { Properties: { 'Fn::Sub': '${A}-${B.Arn}-${!C}-${AWS::Region}-${Parameter}' } },
      G: { Properties: { 'Fn::Sub': ['${A}-${B}', { A: { 'Fn::Join': ['', [{ Ref: 'C' }]] } }] } },
    },
  });
  expect(Object.fromEntries([...graph].map(([id, to]) => [id, [...to]]))).toEqual({
    A: [], B: ['A'], C: ['A', 'B'], D: ['A'], E: ['A', 'B'], F: ['A', 'B'], G: ['B', 'C'],
  });
  expect([...reachableFrom(graph, 'C')].sort()).toEqual(['A', 'B']);
  expect(inCycles(graph)).toEqual([]);
});

it('shows a cycle', () => {
  expect(inCycles(templateGraph({ Resources: { A: { DependsOn: 'B' }, B: { DependsOn: 'C' }, C: { DependsOn: 'B' } } }))).toEqual(['B', 'C']);
});
