import { errorKind, mayPass } from '../../lambda/aws/aws-error';
import { CopyJobError } from '../../lambda/messages/copy-job-error';

/** An error as the SDK throws it for an answer of AWS. */
const answered = (name: string, httpStatusCode: number, message = 'no') => Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });

describe('an error', () => {
  it.each([
    ['of half an answer, without metadata', new Error('aborted\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.')],
    ['of half a refusal', Object.assign(new Error('aborted'), { $metadata: { httpStatusCode: 400 } })],
    ['of a refused connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', $metadata: { attempts: 3 } })],
    ['of any other shape', 'a text that was thrown'],
    ['of a request that timed out', Object.assign(new Error('socket hang up'), { name: 'TimeoutError' })],
    ['of an answer that cannot be read', Object.assign(new SyntaxError('Unexpected end of JSON input'), { $metadata: { httpStatusCode: 400 } })],
    ['of a service in trouble', answered('InternalFailure', 500)],
    ['of a deletion that is under way', answered('InvalidResourceStateException', 400, 'AWS Backup is already performing an action on this recovery point.')],
  ])('%s may pass', (_, error) => {
    expect(errorKind(error)).toBe('transient');
    expect(mayPass(error, Infinity)).toBe(true);
  });

  it.each([
    ['AWS\'s refusal', answered('InvalidRequestException', 400)],
    ['our own', new CopyJobError('It is over.')],
  ])('that is %s is the last word', (_, error) => {
    expect(errorKind(error)).toBe('final');
    expect(mayPass(error, 0)).toBe(false);
  });
});
