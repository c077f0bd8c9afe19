import { WireReply, WireRequest } from '../wire';
import { errorReply } from '../wire/error-reply';
import { operationOf } from '../wire/operation';

/** The kinds that are an error answered in the service's place. */
export type RefusalKind = 'throttling' | 'serviceUnavailable' | 'accessDenied' | 'roleNotAssumable' | 'limitExceeded' | 'notFound' | 'invalidRequest';

type Refusal = readonly [status: number, code: string, message: string];

/** Each service has its own words for the same trouble. */
const REFUSALS: Readonly<Record<string, Readonly<Partial<Record<RefusalKind, Refusal>>>>> = {
  'backup': {
    throttling: [400, 'ThrottlingException', 'Rate exceeded'],
    serviceUnavailable: [500, 'ServiceUnavailableException', 'The request failed due to a temporary failure of the server.'],
    limitExceeded: [400, 'LimitExceededException', 'There are too many copy jobs running for resource.'],
    notFound: [400, 'ResourceNotFoundException', 'The requested resource does not exist'],
    invalidRequest: [400, 'InvalidRequestException', 'The request is not valid'],
  },
  'lambda': {
    throttling: [429, 'TooManyRequestsException', 'Rate Exceeded.'],
    serviceUnavailable: [500, 'ServiceException', 'An error occurred and the request cannot be processed.'],
    notFound: [404, 'ResourceNotFoundException', 'Function not found'],
  },
  'states': {
    throttling: [400, 'ThrottlingException', 'Rate exceeded'],
    serviceUnavailable: [503, 'ServiceUnavailable', 'Service Unavailable'],
    notFound: [400, 'StateMachineDoesNotExist', 'State Machine Does Not Exist'],
  },
  'cloudformation': {
    throttling: [400, 'Throttling', 'Rate exceeded'],
    serviceUnavailable: [503, 'ServiceUnavailable', 'Service Unavailable'],
    accessDenied: [403, 'AccessDenied', 'User is not authorized to perform the action'],
    notFound: [400, 'ValidationError', 'The stack does not exist'],
  },
  'response-url': {
    throttling: [503, 'SlowDown', 'Please reduce your request rate.'],
    serviceUnavailable: [503, 'ServiceUnavailable', 'Please reduce your request rate.'],
    accessDenied: [403, 'AccessDenied', 'Request has expired'],
    notFound: [404, 'NoSuchBucket', 'The specified bucket does not exist'],
  },
};

/** The error that the service answers for this kind of fault. */
export function faultReply(kind: RefusalKind, request: WireRequest): WireReply {
  const [status, code, message] = REFUSALS[request.service]?.[kind] ?? common(kind, request);
  return errorReply(request.service, { status, code, message });
}

function common(kind: RefusalKind, request: WireRequest): Refusal {
  if (kind === 'accessDenied') {
    const user = `${request.caller.roleArn.replace(/:iam::/, ':sts::').replace(/:role\//, ':assumed-role/')}/simulated`;
    return [403, 'AccessDeniedException', `User: ${user} is not authorized to perform: ${request.service}:${operationOf(request)}`];
  }
  if (kind === 'roleNotAssumable') {
    return [400, 'InvalidParameterValueException', `IAM Role ${roleIn(request.body)} cannot be assumed by AWS Backup`];
  }
  throw new Error(`No '${kind}' error is known for service '${request.service}'`);
}

function roleIn(body: string): string | undefined {
  return (JSON.parse(body) as { IamRoleArn?: string }).IamRoleArn;
}
