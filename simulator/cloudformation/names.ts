import { randomText } from '../random-text';
import { Place } from './place';

/** The name that CloudFormation makes up: `stack-logicalId-RANDOM`, each part cut so that the whole fits. */
export function generatedName({ logicalId }: { readonly logicalId: string }, place: Place, longest = 255): string {
  const suffix = randomText(place.random, 12);
  const room = longest - suffix.length - 2;
  const stack = place.stackName.slice(0, Math.max(Math.floor(room / 2), room - logicalId.length));
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix}`;
}

/** An ARN of the place's account and Region. */
export function arn(place: Place, service: string, resource: string): string {
  return `arn:${place.partition}:${service}:${place.region}:${place.account}:${resource}`;
}

/** An ARN of a service without Regions. */
export function globalArn(place: Place, service: string, resource: string): string {
  return `arn:${place.partition}:${service}::${place.account}:${resource}`;
}
