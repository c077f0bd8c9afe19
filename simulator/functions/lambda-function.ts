/** A Lambda function as its template describes it, references resolved. */
export interface LambdaFunction {
  readonly arn: string;
  readonly logicalId: string;
  /** Folder of the unpacked code asset. */
  readonly codeDirectory: string;
  /** `file.export`. */
  readonly handler: string;
  /** `nodejs24.x`: names the Node.js release that runs it. */
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly logging?: {
    /** `FATAL` silences the console, as the provider framework's functions have it. */
    readonly applicationLevel?: string;
    /** Lambda makes one by the function's name where none is given. */
    readonly group?: string;
  };
}

/** How one invocation ended. `functionError` is what Lambda says in X-Amz-Function-Error. */
export interface InvocationResult {
  readonly functionError?: 'Unhandled';
  /** JSON text: the answer, or Lambda's error object. */
  readonly payload: string;
}

export interface FunctionRuntime {
  /** Runs the function once, in a warm environment if one is free, and resolves when it has answered, failed, crashed or timed out. */
  invoke(fn: LambdaFunction, payload: string): Promise<InvocationResult>;

  /** The function was deleted: its environments end, busy ones when they are done. */
  retire(arn: string): void;
}
