import { Assets } from '../../assembly';
import { Place } from '../place';
import { ResourceContext, ResourceRequest, ResourceType, Outcome } from '../resource-type';
import { Identity, ResourceState } from '../stack-state';
import { Properties } from '../template';

/** What is particular about a type whose resources CloudFormation itself creates. */
export interface PlainType {
  /** How long an operation takes, at least and at most. */
  readonly seconds: readonly [number, number];
  /** Whether only this process remembers what `apply` did, so that a later run has to do it again. */
  readonly forgotten?: boolean;
  /** Properties whose change makes a new resource. */
  readonly replacedBy?: readonly string[];
  identify(request: ResourceRequest, place: Place): Identity;
  /** Throws NotSimulated for properties that the simulator cannot act out; called before anything is deployed. */
  check?(request: ResourceRequest, assets: Assets): void;
  /** Makes what the properties say true in the simulated AWS, and what `previous` said untrue. */
  apply?(logicalId: string, resource: Described, context: ResourceContext, previous?: Described): void;
  /** Undoes `apply`. */
  remove?(resource: Described, context: ResourceContext): void;
}

export type Described = Identity & { readonly properties: Properties };

/** A resource type that takes some seconds and then is there. */
export function plainType(type: PlainType): ResourceType {
  const wait = ({ clock, place }: ResourceContext): Promise<void> => {
    const [shortest, longest] = type.seconds;
    return clock.sleep(Math.round(1000 * (shortest + place.random() * (longest - shortest))));
  };
  const create = async (request: ResourceRequest, context: ResourceContext): Promise<Outcome> => {
    const identity = type.identify(request, context.place);
    context.progress('Resource creation Initiated', identity.physicalId);
    await wait(context);
    type.apply?.(request.logicalId, { ...identity, properties: request.properties }, context);
    return identity;
  };
  const change = async (request: ResourceRequest, current: ResourceState, context: ResourceContext): Promise<Outcome> => {
    await wait(context);
    const { physicalId, attributes } = current;
    type.apply?.(request.logicalId, { physicalId, attributes, properties: request.properties }, context, current);
    return { physicalId, attributes };
  };
  return {
    kind: 'plain',
    identify: type.identify,
    check: (request, assets) => type.check?.(request, assets),
    create,
    update: async (request, current, context) => {
      const replaced = (type.replacedBy ?? []).some(name => !same(request.properties[name], current.properties[name]));
      if (!replaced) return change(request, current, context);
      context.progress('Requested update requires the creation of a new physical resource; hence creating one.', current.physicalId);
      return create(request, context);
    },
    rollBack: async (request, current, original, context) => {
      if (current.physicalId === original.physicalId) return change(request, current, context);
      await wait(context);
      return original;
    },
    delete: async (_logicalId, resource, context) => {
      await wait(context);
      type.remove?.(resource, context);
    },
    restore: (logicalId, resource, context) => {
      if (type.forgotten) type.apply?.(logicalId, resource, context);
    },
  };
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
