import { Aws, CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { IConstruct } from 'constructs';

/*
 * What the AwsSolutions rules of cdk-nag find in resources of this library that cannot be otherwise, so that no user has to suppress it.
 * cdk-nag reads suppressions from the resources' metadata. Each covers the findings that it gives the reason for and no others: what a
 * user or an aspect adds is found.
 */

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
    applies_to: [finding(`Policy::arn:${Aws.PARTITION}:iam::aws:policy/service-role/${name}`)],
  });
}

/** The policy names a resource by a pattern, for a reason. */
export function acceptPattern(policy: IConstruct, resource: string, reason: string | undefined): void {
  if (!reason || !resource.includes('*')) return;
  const suppression = { id: 'AwsSolutions-IAM5', reason, applies_to: [finding(`Resource::${resource}`)] };
  suppress(policy, 'AWS::IAM::Policy', suppression);
  suppress(policy, 'AWS::IAM::ManagedPolicy', suppression);
}

/** Functions and waiter of aws-cdk-lib's provider framework are as aws-cdk-lib makes them. */
export function acceptFramework(framework: Provider, inVpc: boolean): void {
  for (const { role } of framework.node.children.filter(child => child instanceof lambda.Function)) {
    if (role) acceptManagedPolicy(role, 'AWSLambdaBasicExecutionRole', 'The provider framework of aws-cdk-lib gives its functions this policy, to write their logs.');
    if (role && inVpc) acceptManagedPolicy(role, 'AWSLambdaVPCAccessExecutionRole', 'A function needs it to run in a VPC.');
  }
  suppress(framework, 'AWS::IAM::Policy', {
    id: 'AwsSolutions-IAM5',
    reason: 'The provider framework of aws-cdk-lib lets its functions and its waiter invoke one another in any version.',
    applies_to: [{ regex: '/^Resource::<\\w+\\.Arn>:\\*$/' }],
  });
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

/** Adds the suppression to the resources of that type in `scope`, once each. */
function suppress(scope: IConstruct, resourceType: string, suppression: Suppression): void {
  const resources = scope.node.findAll().filter(CfnResource.isCfnResource).filter(({ cfnResourceType }) => cfnResourceType === resourceType);
  for (const resource of resources) {
    const { rules_to_suppress: others = [] } = (resource.getMetadata('cdk_nag') ?? {}) as { rules_to_suppress?: Suppression[] };
    const isNew = !others.some(other => JSON.stringify(other) === JSON.stringify(suppression));
    if (isNew) resource.addMetadata('cdk_nag', { rules_to_suppress: [...others, suppression] });
  }
}

/** A finding that cdk-nag gives for a text in which tokens may stand. */
function finding(text: string): { regex: string } {
  const literals = text.split(/\$\{Token\[[^\]]*\]\}/).map(part => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return { regex: `/^${literals.join('.+')}$/` };
}
