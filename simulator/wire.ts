/** One HTTP request as a service of the simulated AWS sees it. */
export interface WireRequest {
  /** The SigV4 credential scope's service (`backup`, `lambda`, `states`, `cloudformation`), or `response-url` for CloudFormation's unsigned one. */
  readonly service: string;
  /** The SigV4 credential scope's Region. */
  readonly region: string;
  readonly method: string;
  /** Path without query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The function environment that sent it, known by its access key id. */
  readonly caller: Caller;
}

export interface Caller {
  readonly functionArn: string;
  readonly roleArn: string;
}

export interface WireReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** The connection is closed in the middle of the body. */
  readonly cut?: boolean;
}

/** `drop` closes the connection without a byte; `refuse` never made it. */
export type Answer = WireReply | 'drop' | 'refuse';

/** One service of the simulated AWS. It may take virtual time to answer. */
export interface Service {
  handle(request: WireRequest): Promise<Answer>;
}
