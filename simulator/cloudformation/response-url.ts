import { randomHex } from '../random-text';
import { Place } from './place';

/** How long S3 accepts an answer. */
export const EXPIRES_SECONDS = 7_200;

/** The pre-signed URL that a custom resource is to answer at. It has no port, as the real one. */
export function responseUrl(place: Place, logicalId: string, requestId: string, now: number): string {
  const host = `cloudformation-custom-resource-response-${place.region.replaceAll('-', '')}.s3.${place.region}.${place.urlSuffix}`;
  const key = `/${encodeURIComponent(`${place.stackId}|${logicalId}|${requestId}`).replaceAll('%2F', '/')}`;
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Date': date,
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Expires': String(EXPIRES_SECONDS),
    'X-Amz-Credential': `AKIA${randomHex(place.random, 16).toUpperCase()}/${date.slice(0, 8)}/${place.region}/s3/aws4_request`,
    'X-Amz-Signature': randomHex(place.random, 64),
  });
  return `https://${host}${key}?${query}`;
}
