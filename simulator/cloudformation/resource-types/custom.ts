import { CustomResourceRequest } from '../custom-resource';
import { ResourceFailure } from '../errors';
import { generatedName } from '../names';
import { Outcome, ResourceContext, ResourceRequest, ResourceType } from '../resource-type';
import { ResourceState } from '../stack-state';

/** Custom::* and AWS::CloudFormation::CustomResource: a function does the work. */
export const custom: ResourceType = {
  kind: 'custom',
  identify: (request, place) => ({ physicalId: generatedName(request, place), attributes: {} }),
  check: () => undefined,
  create: (request, context) => ask({ ...request, requestType: 'Create' }, context),
  update: async (request, current, context) => {
    if (request.properties.ServiceToken !== current.properties.ServiceToken) throw new ResourceFailure('Modifying service token is not allowed.');
    return update(request, current, context);
  },
  rollBack: (request, current, _original, context) => update(request, current, context),
  delete: async (logicalId, { type, physicalId, properties }, context) => {
    await ask({ requestType: 'Delete', logicalId, type, physicalId, properties }, context);
  },
  restore: () => undefined,
};

async function update(request: ResourceRequest, current: ResourceState, context: ResourceContext): Promise<Outcome> {
  const { physicalId, properties } = current;
  const outcome = await ask({ ...request, requestType: 'Update', physicalId, oldProperties: properties }, context);
  if (outcome.physicalId !== physicalId) {
    context.progress('Requested update required the provider to create a new physical resource', outcome.physicalId);
  }
  return outcome;
}

async function ask(request: CustomResourceRequest, { services, place }: ResourceContext): Promise<Outcome> {
  const { failure, physicalId, attributes } = await services.customResources.send(request, place);
  if (failure !== undefined || physicalId === undefined) throw new ResourceFailure(failure ?? 'No physical id was answered.', physicalId);
  return { physicalId, attributes };
}
