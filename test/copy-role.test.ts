import {
  App, AspectPriority, Aspects, CfnResource, MissingRemovalPolicies, RemovalPolicies, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { actions, filled, policies } from './handler-policies';
import { copyJob, ENV, logicalId, synthesized } from './sample-job';
import { reachableFrom, templateGraph, TemplateJson } from './template-graph';
import { OneTimeCopyJobProps } from '../src';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

describe('the copy role', () => {
  const copyRoles = (template: TemplateJson) => Object.entries(template.Resources)
    .filter(([, { Type, Properties }]) => Type === 'AWS::IAM::Role' && JSON.stringify(Properties).includes('backup.amazonaws.com'));

  it('is one for all copies, trusted by AWS Backup alone, with AWS\'s own policy for backups', () => {
    copyJob(stack, {}, 'A');
    copyJob(stack, {}, 'B');
    const [[, role], ...others] = copyRoles(synthesized(stack));
    expect(others).toEqual([]);
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'backup.amazonaws.com' } },
    ]);
    expect(role.Properties.ManagedPolicyArns.map(filled)).toEqual(['arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup']);
  });

  describe('of one provider', () => {
    const KEPT = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    const { RETAIN, DESTROY } = RemovalPolicy;

    it.each([
      ['the default', [undefined]],
      ['RETAIN', [RETAIN]],
      ['RETAIN and DESTROY', [RETAIN, DESTROY]],
      ['DESTROY, whose running or former copies may need it', [DESTROY, DESTROY]],
    ])('is kept, as AWS Backup needs it as long as there are copies: %s', (_what, order) => {
      order.forEach((removalPolicy, index) => copyJob(stack, { removalPolicy }, `Copy${index}`));
      expect(copyRoles(synthesized(stack)).map(([, role]) => role)).toEqual([expect.objectContaining(KEPT)]);
    });

    it.each<[string, (scope: Stack) => void]>([
      ['that deletes everything', scope => RemovalPolicies.of(scope).destroy()],
      ['that deletes roles', scope => RemovalPolicies.of(scope).destroy({ applyToResourceTypes: ['AWS::IAM::Role'] })],
      ['that comes after all others', scope => RemovalPolicies.of(scope).destroy({ priority: AspectPriority.READONLY + 1 })],
      ['that deletes what has no policy', scope => MissingRemovalPolicies.of(scope).destroy()],
      ['of the user\'s own', scope => Aspects.of(scope).add({
        visit: node => {
          if (CfnResource.isCfnResource(node)) node.applyRemovalPolicy(DESTROY);
        },
      })],
    ])('is kept though there is an aspect %s', (_what, add) => {
      add(stack);
      copyJob(stack, { removalPolicy: DESTROY }, 'A');
      copyJob(stack, {}, 'B');
      expect(copyRoles(synthesized(stack)).map(([, role]) => role)).toEqual([expect.objectContaining(KEPT)]);
    });
  });

  it('of the user is left as it is', () => {
    const role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('backup.amazonaws.com') });
    role.applyRemovalPolicy(RemovalPolicy.DESTROY);
    copyJob(stack, { role });
    const [[, found], ...others] = copyRoles(synthesized(stack));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ DeletionPolicy: 'Delete' });
  });

  it.each<[string, () => OneTimeCopyJobProps['role']]>([
    ['default role', () => undefined],
    ['role of the stack', () => new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('backup.amazonaws.com') })],
    ['imported role', () => Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/mine')],
  ])('has what the user grants it before a copy starts: %s', (_which, role) => {
    const job = copyJob(stack, { role: role() });
    const key = new Key(stack, 'Key');
    key.grantEncryptDecrypt(job.role);
    const template = synthesized(stack);
    const [granted] = policies(template).filter(({ statements }) => statements.some(statement => actions(statement).includes('kms:Decrypt')));
    expect(reachableFrom(templateGraph(template), logicalId(job))).toContain(granted.id);
  });
});
