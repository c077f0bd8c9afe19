import { Aws, CfnResource, Stack } from 'aws-cdk-lib';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { IConstruct } from 'constructs';

/*
 * What cdk-nag's AwsSolutions, cfn-lint and checkov find in resources of this library that cannot be otherwise, so that no user has to
 * suppress it.
 * Version 2 of cdk-nag reads suppressions from the resources' metadata, version 3 acknowledgements from that of their constructs. Each covers
 * the findings that it gives the reason for and no others: what a user or an aspect adds is found.
 */

/** Where the CDK's `Validations.of(scope).acknowledge()`, of releases newer than our oldest, puts what it is told. */
const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules';

/** A suppression as cdk-nag reads it from metadata. */
interface Suppression {
  readonly id: string;
  readonly reason: string;
  /** Findings of the rule; without them it is the whole rule. */
  readonly applies_to?: readonly { readonly regex: string }[];
}

/** The role has an AWS managed policy. */
export function acceptManagedPolicy(role: IConstruct, name: string, reason: string): void {
  suppress(role, 'AWS::IAM::Role', {
    id: 'AwsSolutions-IAM4',
    reason,
  }, `Policy::arn:${Aws.PARTITION}:iam::aws:policy/service-role/${name}`);
}

/** The policy names a resource by a pattern, for a reason. */
export function acceptPattern(policy: IConstruct, resource: string, reason: string | undefined): void {
  if (!reason || !resource.includes('*')) return;
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) suppress(policy, type, { id: 'AwsSolutions-IAM5', reason }, `Resource::${resource}`);
}

/** CDK writes out that a function or state machine waits for its role, though it names the role anyway; cfn-lint finds that by W3005. */
export function acceptDependencyOnRole(scope: IConstruct): void {
  for (const resource of scope.node.findAll().filter(CfnResource.isCfnResource)) {
    if (['AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine'].includes(resource.cfnResourceType)) {
      resource.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
    }
  }
}

/** What checkov finds in the functions and the log group of a provider, by the props that would have it otherwise. */
export function acceptDefaults(provider: IConstruct, { vpc, environmentEncryption }: { vpc?: unknown; environmentEncryption?: unknown }): void {
  for (const resource of provider.node.findAll().filter(CfnResource.isCfnResource)) {
    if (resource.cfnResourceType === 'AWS::Logs::LogGroup') skip(resource, ['CKV_AWS_158', 'The log holds no secrets; a logGroup with a key can be given.']);
    if (!(resource instanceof lambda.CfnFunction)) continue;
    skip(
      resource,
      ['CKV_AWS_115', 'A reserved concurrency would take room from the account, and jobs that start at once would fail for it.'],
      ['CKV_AWS_116', 'The provider framework answers CloudFormation when an invocation fails; nothing would read a dead letter queue.'],
      ...vpc ? [] : [['CKV_AWS_117', 'The functions call AWS only; a vpc can be given.'] as const],
      ...resource.environment && !environmentEncryption ? [['CKV_AWS_173', 'There are no secrets in the variables; environmentEncryption can be given.'] as const] : [],
    );
  }
}

function skip(resource: CfnResource, ...checks: (readonly [id: string, comment: string])[]): void {
  resource.addMetadata('checkov', { skip: checks.map(([id, comment]) => ({ id, comment })) });
}

/** Functions and waiter of aws-cdk-lib's provider framework are as aws-cdk-lib makes them. */
export function acceptFramework(framework: Provider, inVpc: boolean): void {
  for (const { role } of framework.node.children.filter(child => child instanceof lambda.Function)) {
    if (role) acceptManagedPolicy(role, 'AWSLambdaBasicExecutionRole', 'The provider framework of aws-cdk-lib gives its functions this policy, to write their logs.');
    if (role && inVpc) acceptManagedPolicy(role, 'AWSLambdaVPCAccessExecutionRole', 'A function needs it to run in a VPC.');
  }
  for (const policy of framework.node.findAll().filter(child => child instanceof CfnPolicy)) {
    const reason = 'The provider framework of aws-cdk-lib lets its functions and its waiter invoke one another in any version.';
    for (const resource of versionsIn(policy)) suppress(policy, 'AWS::IAM::Policy', { id: 'AwsSolutions-IAM5', reason }, `Resource::${resource}`);
  }
  suppress(framework, 'AWS::Lambda::Function', {
    id: 'AwsSolutions-L1',
    reason: 'The runtime of the provider framework\'s functions is aws-cdk-lib\'s choice.',
  });
  suppress(framework, 'AWS::StepFunctions::StateMachine', {
    id: 'AwsSolutions-SF1',
    reason: 'The state machine only calls one function until it succeeds, and the handler behind that logs each call.',
  });
  suppress(framework, 'AWS::StepFunctions::StateMachine', {
    id: 'AwsSolutions-SF2',
    reason: 'The provider framework of aws-cdk-lib cannot trace its waiter, which only calls one function until it succeeds.',
  });
}

/** The functions that the policy names in any version, as cdk-nag writes them. */
function versionsIn(policy: CfnPolicy): string[] {
  const { Statement: statements } = Stack.of(policy).resolve(policy.policyDocument) as { Statement: { Resource: unknown }[] };
  return statements.flatMap(({ Resource: resource }) => resource).map(written).filter(text => /^<\w+\.Arn>:\*$/.test(text));
}

/** Adds the suppression of the rule, or of the one finding of it, to the resources of that type in `scope`, once each. */
function suppress(scope: IConstruct, resourceType: string, { id, reason }: Pick<Suppression, 'id' | 'reason'>, finding?: string): void {
  const suppression: Suppression = finding === undefined ? { id, reason } : { id, reason, applies_to: [pattern(finding)] };
  const resources = scope.node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => cfnResourceType === resourceType);
  for (const resource of resources) {
    const { rules_to_suppress: others = [] } = (resource.getMetadata('cdk_nag') ?? {}) as { rules_to_suppress?: Suppression[] };
    const isNew = !others.some(other => JSON.stringify(other) === JSON.stringify(suppression));
    if (!isNew) continue;
    resource.addMetadata('cdk_nag', { rules_to_suppress: [...others, suppression] });
    resource.node.addMetadata(ACKNOWLEDGED, { [finding === undefined ? id : `${id}[${written(Stack.of(resource).resolve(finding))}]`]: reason });
  }
}

/** The findings that version 2 of cdk-nag gives for a text in which tokens may stand. */
function pattern(text: string): { regex: string } {
  const literals = text.split(/\$\{Token\[[^\]]*\]\}/).map(part => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return { regex: `/^${literals.join('.+')}$/` };
}

/** A resolved text as cdk-nag writes it. */
function written(text: unknown): string {
  if (typeof text === 'string') return text;
  const { 'Ref': ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = text as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (ref) return `<${ref}>`;
  if (attribute) return `<${attribute.join('.')}>`;
  return join ? join[1].map(written).join(join[0]) : JSON.stringify(text);
}
