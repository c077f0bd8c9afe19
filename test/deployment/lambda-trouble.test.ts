import { Deployment, failureReason } from './deployment';
import { copied, copyWith, A } from './stories';

const THROTTLED = { service: 'lambda', operation: 'Invoke', kind: 'throttling' };

describe('Lambda that throttles', () => {
  it.each([
    ['every call for 20 s, as a function is to be made', { forSeconds: 20 }],
    ['every call for a minute', { forSeconds: 60 }],
    ['every call for 20 s, while the waiter polls', { skip: 6, forSeconds: 20 }],
    ['two calls in three', { rate: 0.67 }],
  ])('is waited for: %s', async (_, howLong) => {
    const ended = await new Deployment().deploy(copyWith(), { faults: [{ ...THROTTLED, ...howLong }] });
    expect(failureReason(ended)).toBe('');
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(copied(ended)).toEqual([A]);
    expect(ended.calls.lambda.Invoke.rejected).toBeGreaterThan(0);
  });
});
