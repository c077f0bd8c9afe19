import { randomUuid } from '../../random-text';
import { ResourceFailure } from '../errors';
import { arn } from '../names';
import { NestedStack, Outcome, ResourceContext, ResourceRequest, ResourceType } from '../resource-type';
import { Blueprint } from '../stack-state';
import { isObject } from '../template';

/** AWS::CloudFormation::Stack. Its template is an asset of the cloud assembly. */
export const nestedStack: ResourceType = {
  kind: 'nested',
  identify: (request, place) => ({
    physicalId: arn(place, 'cloudformation', `stack/${place.stackName}-${request.logicalId}/${randomUuid(place.random)}`),
    attributes: {},
  }),
  check: () => undefined,
  create: async (request, context) => {
    const stack = context.nestedStack(request.logicalId);
    context.progress('Resource creation Initiated', stack.state.id);
    const problem = await stack.create(blueprintOf(request, context));
    if (problem) throw failure(stack, 'created', problem);
    return outcomeOf(stack);
  },
  update: async (request, current, context) => {
    const stack = context.nestedStack(request.logicalId, current.stack);
    const problem = await stack.update(blueprintOf(request, context));
    if (problem && context.rules.nestedRollBackFirst && !context.noRollback && !stack.isCancelled) await stack.rollBack();
    if (problem) throw failure(stack, 'updated', `Currently in ${stack.state.status} with reason: ${problem}`);
    return outcomeOf(stack);
  },
  rollBack: async (request, current, _original, context) => {
    const stack = context.nestedStack(request.logicalId, current.stack);
    const problem = await stack.rollBack();
    if (problem) throw failure(stack, 'rolled back', problem);
    return outcomeOf(stack);
  },
  delete: async (logicalId, resource, context) => {
    const stack = context.nestedStack(logicalId, resource.stack);
    const problem = await stack.delete();
    if (problem) throw failure(stack, 'deleted', problem);
  },
  restore: (logicalId, resource, context) => context.nestedStack(logicalId, resource.stack).restore(),
};

/** The asset's key in the template's address: `https://s3.REGION.SUFFIX/BUCKET/KEY`. */
export function templateKey(request: ResourceRequest): string {
  return new URL(String(request.properties.TemplateURL)).pathname.slice(1);
}

function blueprintOf(request: ResourceRequest, context: ResourceContext): Blueprint {
  const { Parameters: parameters } = request.properties;
  return context.prepareNested(templateKey(request), isObject(parameters) ? parameters : {});
}

function failure(stack: NestedStack, verb: string, problem: string): ResourceFailure {
  return new ResourceFailure(`Embedded stack ${stack.state.id} was not successfully ${verb}: ${problem}`, stack.state.id);
}

function outcomeOf(stack: NestedStack): Outcome {
  const attributes = Object.fromEntries(Object.entries(stack.state.outputs).map(([name, value]) => [`Outputs.${name}`, value]));
  return { physicalId: stack.state.id, attributes, stack: stack.state };
}

