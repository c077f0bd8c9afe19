import { randomText } from '../../random-text';
import { NotSimulated, ResourceFailure } from '../errors';
import { generatedName, globalArn } from '../names';
import { ResourceRequest } from '../resource-type';
import { Properties } from '../template';
import { PlainType } from './plain-type';

const SECONDS = [15, 20] as const;

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

export const role: PlainType = {
  seconds: SECONDS,
  replacedBy: ['RoleName', 'Path'],
  identify: (request, place) => {
    const name = String(request.properties.RoleName ?? generatedName(request, place, 64));
    const path = String(request.properties.Path ?? '/');
    return {
      physicalId: name,
      attributes: { Arn: globalArn(place, 'iam', `role${path}${name}`), RoleId: `AROA${randomText(place.random, 17)}` },
    };
  },
  apply: (_logicalId, { physicalId, attributes, properties }, { services: { iam } }, previous) => {
    if (!previous && iam.hasRole(physicalId)) {
      throw new ResourceFailure(`Resource handler returned message: "Role with name ${physicalId} already exists." (HandlerErrorCode: AlreadyExists)`);
    }
    const policies = inlinePolicies(properties);
    const managedPolicyArns = strings(properties.ManagedPolicyArns);
    Object.keys(inlinePolicies(previous?.properties)).filter(name => !(name in policies))
      .forEach(name => iam.deleteRolePolicy(physicalId, name));
    strings(previous?.properties.ManagedPolicyArns).filter(arn => !managedPolicyArns.includes(arn))
      .forEach(arn => iam.detachRolePolicy(physicalId, arn));
    iam.putRole({
      arn: String(attributes.Arn),
      name: physicalId,
      assumeRolePolicyDocument: properties.AssumeRolePolicyDocument,
      policies,
      managedPolicyArns,
      permissionsBoundary: properties.PermissionsBoundary as string | undefined,
    });
  },
  remove: ({ physicalId }, { services }) => services.iam.deleteRole(physicalId),
};

export const policy: PlainType = {
  seconds: SECONDS,
  identify: (request, place) => ({
    physicalId: generatedName({ logicalId: request.logicalId.slice(0, 5) }, { ...place, stackName: place.stackName.slice(0, 5) }),
    attributes: {},
  }),
  check: onlyRoles,
  apply: (_logicalId, { properties }, { services }, previous) => {
    const name = String(properties.PolicyName);
    strings(properties.Roles).forEach(roleName => services.iam.putRolePolicy(roleName, name, properties.PolicyDocument));
    const kept = previous?.properties.PolicyName === properties.PolicyName ? strings(properties.Roles) : [];
    strings(previous?.properties.Roles).filter(roleName => !kept.includes(roleName))
      .forEach(roleName => services.iam.deleteRolePolicy(roleName, String(previous!.properties.PolicyName)));
  },
  remove: ({ properties }, { services }) => strings(properties.Roles)
    .forEach(name => services.iam.deleteRolePolicy(name, String(properties.PolicyName))),
};

export const managedPolicy: PlainType = {
  seconds: SECONDS,
  replacedBy: ['ManagedPolicyName', 'Path', 'Description'],
  identify: (request, place) => {
    const name = String(request.properties.ManagedPolicyName ?? generatedName(request, place, 128));
    const policyArn = globalArn(place, 'iam', `policy${String(request.properties.Path ?? '/')}${name}`);
    return { physicalId: policyArn, attributes: { PolicyArn: policyArn, PolicyId: `ANPA${randomText(place.random, 17)}` } };
  },
  check: onlyRoles,
  apply: (_logicalId, { physicalId, properties }, { services }, previous) => {
    services.iam.putManagedPolicy(physicalId, properties.PolicyDocument);
    const before = strings(previous?.properties.Roles);
    const now = strings(properties.Roles);
    now.filter(name => !before.includes(name)).forEach(name => services.iam.attachRolePolicy(name, physicalId));
    before.filter(name => !now.includes(name)).forEach(name => services.iam.detachRolePolicy(name, physicalId));
  },
  remove: ({ physicalId, properties }, { services }) => {
    strings(properties.Roles).forEach(name => services.iam.detachRolePolicy(name, physicalId));
    services.iam.deletePolicy(physicalId);
  },
};

function onlyRoles({ logicalId, properties }: ResourceRequest): void {
  if (properties.Users || properties.Groups) throw new NotSimulated(`${logicalId}: policies of users and groups are not simulated.`);
}

function inlinePolicies(properties: Properties = {}): Record<string, unknown> {
  const policies = (properties.Policies ?? []) as InlinePolicy[];
  return Object.fromEntries(policies.map(({ PolicyName: name, PolicyDocument: document }) => [name, document]));
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
