import { isObject, Json } from './template';

/** The event that CloudFormation sends to a custom resource's function. */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly ResponseURL: string;
  readonly ServiceToken: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Json;
  readonly OldResourceProperties?: Json;
}

/** What an answer means: `failure` is the reason in the event. */
export interface CustomResourceAnswer {
  readonly failure?: string;
  readonly physicalId?: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

const LONGEST_ANSWER = 4_096;
const LONGEST_PHYSICAL_ID = 1_024;

/** Judges what was put to the response URL. What CloudFormation's documents forbid fails, though the service may let some of it pass. */
export function readAnswer(body: string, event: CustomResourceEvent): CustomResourceAnswer {
  if (Buffer.byteLength(body) > LONGEST_ANSWER) return failed('Response object is too long.');
  const answer = parse(body);
  if (answer === undefined) return failed('Invalid Response object: it is not a JSON object');
  const problem = problemOf(answer, event);
  if (problem) return failed(`Invalid Response object: ${problem}`);
  const physicalId = String(answer.PhysicalResourceId);
  if (answer.Status === 'SUCCESS') return { physicalId, attributes: isObject(answer.Data) ? answer.Data : {} };
  return {
    failure: `Received response status [FAILED] from custom resource. Message returned: ${String(answer.Reason)} (RequestId: ${event.RequestId})`,
    physicalId,
    attributes: {},
  };
}

function failed(failure: string): CustomResourceAnswer {
  return { failure, attributes: {} };
}

function parse(body: string): Record<string, Json> | undefined {
  try {
    const answer: Json = JSON.parse(body);
    return isObject(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function problemOf(answer: Record<string, Json>, event: CustomResourceEvent): string | undefined {
  const other = (['RequestId', 'StackId', 'LogicalResourceId'] as const).find(name => answer[name] !== event[name]);
  if (other) return `${other} is not the request's`;
  if (answer.Status !== 'SUCCESS' && answer.Status !== 'FAILED') return 'Status must be SUCCESS or FAILED';
  if (answer.Status === 'FAILED' && !isText(answer.Reason)) return 'Reason is required with FAILED';
  if (answer.NoEcho !== undefined && typeof answer.NoEcho !== 'boolean') return 'NoEcho must be a Boolean';
  if (answer.Data !== undefined && !isObject(answer.Data)) return 'Data must be an object';
  return problemOfId(answer.PhysicalResourceId, event);
}

function problemOfId(id: Json, event: CustomResourceEvent): string | undefined {
  if (!isText(id)) return 'PhysicalResourceId must be a non-empty string';
  if (Buffer.byteLength(id) > LONGEST_PHYSICAL_ID) return `PhysicalResourceId is longer than ${LONGEST_PHYSICAL_ID} bytes`;
  if (event.RequestType === 'Delete' && id !== event.PhysicalResourceId) return 'PhysicalResourceId of a Delete must be the one that was sent';
  return undefined;
}

function isText(value: Json): value is string {
  return typeof value === 'string' && value !== '';
}
