import { InvocationResult, LambdaFunction } from './functions/lambda-function';
import { Answer, Caller, Service, WireReply, WireRequest } from './wire';
import { errorReply } from './wire/error-reply';
import { World } from './world';

/** Says in AWS's words why a caller may not do something; nothing when it may. */
export type Authorize = (caller: Caller, action: string, resourceArn: string) => Promise<string | undefined> | string | undefined;

const ROUTE = /^(GET|POST) \/2015-03-31\/functions\/([^/]+?)(\/invocations)?$/;

/** Milliseconds between an asynchronous invocation that failed and the next attempt. */
const ASYNC_RETRIES = [60_000, 120_000];

/** Seconds for which Lambda keeps an asynchronous event that it throttles, and at most between two attempts. */
const EVENT_AGE = 6 * 3_600;
const LONGEST_PAUSE = 300;

/** Lambda: which functions there are, and who invokes them. */
export class LambdaService implements Service {
  /** Functions that may run at a time in the account; what comes above is throttled. */
  concurrency = Infinity;
  private readonly functions = new Map<string, LambdaFunction>();
  private running = 0;

  constructor(private readonly world: Pick<World, 'clock' | 'fail' | 'functions'>, private readonly authorize: Authorize) {}

  register(fn: LambdaFunction): void {
    this.functions.set(fn.arn, fn);
  }

  remove(arn: string): void {
    this.functions.delete(arn);
    this.world.functions.retire(arn);
  }

  get(arn: string): LambdaFunction | undefined {
    return this.functions.get(arn);
  }

  /**
   * What CloudFormation does: hands an event over and does not wait for its result. Resolves when Lambda has taken it, rejects when
   * there is no such function. Lambda tries twice more when the function fails, and for hours when it throttles.
   */
  async invokeAsync(arn: string, payload: string): Promise<void> {
    const fn = this.functions.get(arn);
    if (!fn) throw new Error(`Function not found: ${arn}`);
    this.deliver(fn, payload).catch(error => this.world.fail(error as Error));
  }

  async handle(request: WireRequest): Promise<Answer> {
    const [, method, name, invocations] = ROUTE.exec(`${request.method} ${request.path}`) ?? [];
    if (method === 'POST' && invocations) return this.invoke(request, decodeURIComponent(name));
    if (method === 'GET' && !invocations) return this.getFunction(request, decodeURIComponent(name));
    throw new Error(`Not simulated: lambda ${request.method} ${request.path}.`);
  }

  private async deliver(fn: LambdaFunction, payload: string): Promise<void> {
    for (const pause of [...ASYNC_RETRIES, undefined]) {
      const result = await this.whenThereIsRoom(() => this.run(this.functions.get(fn.arn) ?? fn, payload));
      if (!result?.functionError || pause === undefined) return;
      await this.world.clock.sleep(pause);
    }
  }

  /** The result of a run that was not throttled; nothing when the event has become too old. */
  private async whenThereIsRoom(run: () => Promise<InvocationResult | undefined>): Promise<InvocationResult | undefined> {
    const { clock } = this.world;
    const end = clock.now() + EVENT_AGE * 1000;
    for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const result = await run();
      if (result || clock.now() >= end) return result;
      await clock.sleep(pause * 1000);
    }
  }

  /** Nothing when it is throttled. */
  private async run(fn: LambdaFunction, payload: string): Promise<InvocationResult | undefined> {
    if (this.running >= this.concurrency) return undefined;
    this.running++;
    try {
      return await this.world.functions.invoke(fn, payload);
    } finally {
      this.running--;
    }
  }

  private async invoke(request: WireRequest, name: string): Promise<WireReply> {
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type !== 'RequestResponse') throw new Error(`Not simulated: lambda Invoke with InvocationType ${type}.`);
    const fn = await this.permitted(request, name, 'lambda:InvokeFunction');
    if (!('arn' in fn)) return fn;
    const result = await this.run(fn, request.body || '{}');
    return result ? invoked(result) : errorReply('lambda', { status: 429, code: 'TooManyRequestsException', message: 'Rate Exceeded.' });
  }

  private async getFunction(request: WireRequest, name: string): Promise<WireReply> {
    const fn = await this.permitted(request, name, 'lambda:GetFunction');
    if (!('arn' in fn)) return fn;
    const configuration = {
      FunctionName: fn.arn.split(':')[6],
      FunctionArn: fn.arn,
      Handler: fn.handler,
      Role: fn.roleArn,
      Runtime: fn.runtime,
      Timeout: fn.timeoutSeconds,
      Version: '$LATEST',
      State: 'Active',
      LastUpdateStatus: 'Successful',
    };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ Configuration: configuration }) };
  }

  /** The function that the caller names and may use, or the reply that says why not. Whether it exists is told only to who may know. */
  private async permitted(request: WireRequest, name: string, action: string): Promise<LambdaFunction | WireReply> {
    const arn = arnOf(name, request);
    const denial = await this.authorize(request.caller, action, arn);
    if (denial) return errorReply('lambda', { status: 403, code: 'AccessDeniedException', message: denial });
    return this.functions.get(arn)
      ?? errorReply('lambda', { status: 404, code: 'ResourceNotFoundException', message: `Function not found: ${arn}` });
  }
}

function arnOf(name: string, request: WireRequest): string {
  const parts = name.split(':');
  if (parts.length === 7 && !request.query.has('Qualifier')) return name;
  const [, partition, , , account] = request.caller.functionArn.split(':');
  if (parts.length === 1 && !request.query.has('Qualifier')) return `arn:${partition}:lambda:${request.region}:${account}:function:${name}`;
  throw new Error(`Not simulated: the Lambda function name '${name}' with a qualifier; use the function's ARN or name.`);
}

function invoked(result: InvocationResult): WireReply {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      ...(result.functionError && { 'x-amz-function-error': result.functionError }),
    },
    body: result.payload,
  };
}
