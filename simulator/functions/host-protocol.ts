/** What a host process is started with. */
export interface HostSettings {
  /** Holds the virtual time: an 8-byte double. */
  readonly timeFile: string;
  readonly codeDirectory: string;
  /** Console methods below this level are silent, as Lambda's ApplicationLogLevel has it. */
  readonly logLevel?: string;
  /** `127.0.0.1:port`: where the AWS services are. */
  readonly endpoint: string;
  /** The port of the response bucket, whatever its host name, and its certificate. */
  readonly tlsPort: number;
  readonly certificate: string;
}

/** Whose function a host process runs, in which world. */
export interface HostTask {
  /** The host's number in its world. */
  readonly host: number;
  readonly seed: string;
  readonly handler: string;
  readonly functionArn: string;
  /** All that the function finds in `process.env`. */
  readonly variables: Readonly<Record<string, string>>;
}

export type HostMessage =
  | { readonly type: 'adopt'; readonly task: HostTask }
  | { readonly type: 'invoke'; readonly environment: number; readonly requestId: string; readonly payload: string; readonly deadline: number }
  | { readonly type: 'tick' }
  /** The connection of that HTTP request was never made. */
  | { readonly type: 'refuse'; readonly request: number }
  | { readonly type: 'discard'; readonly environment: number };

/** What a host says each time it has become quiet. */
export interface HostReport {
  /** Messages seen since it started. */
  readonly messages: number;
  /** Numbers of the HTTP requests that have not ended. */
  readonly openRequests: readonly number[];
  /** When its earliest timer is due, those of frozen environments apart. */
  readonly nextTimer: number | null;
  readonly results: readonly HostResult[];
  readonly logs: readonly HostLog[];
  /** What the function tried and the simulator does not know. */
  readonly refusals: readonly string[];
  /** The last report: the process is about to end. */
  readonly exiting: boolean;
}

export interface HostResult {
  readonly environment: number;
  readonly requestId: string;
  readonly failed: boolean;
  readonly payload: string;
}

export interface HostLog {
  readonly environment: number;
  readonly line: string;
}

/** Names host, environment and request: `<host>/<environment>/<request>`. Added to each HTTP request, never seen by a service. */
export const REQUEST_HEADER = 'x-simulator-request';

/** CloudFormation's response bucket: the one host that a function may call besides AWS's endpoint. The second group is the Region. */
export const RESPONSE_BUCKET = new RegExp('^cloudformation-custom-resource-response-([a-z0-9]+)\\.s3[.-]([a-z0-9-]+)'
  + '\\.(amazonaws\\.(com(\\.cn)?|eu)|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)$');
