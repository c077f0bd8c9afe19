import { WireReply } from '../wire';

/** An error as a service names it. */
export interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The error in the shape of the service's protocol: REST-JSON, JSON 1.0, Query, or S3's for the response URL. */
export function errorReply(service: string, error: ServiceError): WireReply {
  switch (service) {
    // AWS Backup's codes are numbers of its own, not names; this one has been seen.
    case 'backup': return restJson(error, { Code: 'ERROR_3015', Message: error.message, Type: null, Context: null });
    case 'lambda': return restJson(error, { Type: 'User', Message: error.message });
    case 'states': return reply(error.status, 'application/x-amz-json-1.0', JSON.stringify({ __type: error.code, message: error.message }));
    case 'cloudformation': return reply(error.status, 'text/xml', `<ErrorResponse>${xmlError(error)}<RequestId>simulated</RequestId></ErrorResponse>`);
    case 'response-url': return reply(error.status, 'application/xml', xmlError(error));
    default: throw new Error(`No error shape is known for service '${service}'`);
  }
}

function restJson(error: ServiceError, body: object): WireReply {
  const json = reply(error.status, 'application/json', JSON.stringify(body));
  return { ...json, headers: { ...json.headers, 'x-amzn-errortype': error.code } };
}

function reply(status: number, contentType: string, body: string): WireReply {
  return { status, headers: { 'content-type': contentType }, body };
}

function xmlError({ code, message }: ServiceError): string {
  return `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
