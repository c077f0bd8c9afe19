import { Place, ResourceRequest } from './resource-type';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** `length` capital letters and digits. */
export function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}

/** Lower-case hexadecimal digits. */
export function randomHex(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** A UUID of version 4. */
export function randomUuid(random: () => number): string {
  const hex = randomHex(random, 32);
  const variant = '89ab'[Math.floor(random() * 4)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** The name that CloudFormation makes up: `stack-logicalId-RANDOM`, each part cut so that the whole fits. */
export function generatedName({ logicalId }: Pick<ResourceRequest, 'logicalId'>, place: Place, longest = 255): string {
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
