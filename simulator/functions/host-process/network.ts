import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { HostSettings, REQUEST_HEADER, RESPONSE_BUCKET } from '../host-protocol';
import { currentEnvironment } from './environment';

/** Counts the HTTP requests of this process, tells the simulator who sent them, and lets none leave the machine. */
export class Network {
  private readonly requests = new Map<number, ClientRequest>();
  private started = 0;
  private host = 0;

  /** `active` is called whenever a request starts or ends. */
  constructor(private readonly settings: HostSettings, refuse: (what: string) => never, active: () => void) {
    Object.assign(https.globalAgent, { defaultPort: settings.tlsPort });
    Object.assign(https.globalAgent.options, {
      ca: settings.certificate,
      // The response bucket has a name for each Region: all of them are here.
      checkServerIdentity: () => undefined,
      lookup: (_name: string, options: { all?: boolean }, done: (error: Error | null, address: unknown, family?: number) => void) =>
        options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
    });
    globalThis.fetch = () => refuse('fetch: use node:http or node:https');
    Object.assign(http2, { connect: () => refuse('node:http2') });

    subscribe('http.client.request.created', message => {
      const { request } = message as { request: ClientRequest };
      if (!this.isSimulated(request)) {
        request.destroy();
        refuse(`a request to ${request.protocol}//${String(request.getHeader('host'))}`);
      }
      this.started += 1;
      const id = this.started;
      request.setHeader(REQUEST_HEADER, `${this.host}/${currentEnvironment()?.id ?? ''}/${id}`);
      this.requests.set(id, request);
      request.once('close', () => {
        this.requests.delete(id);
        active();
      });
      active();
    });
  }

  /** Numbers of the requests that have not ended. */
  get open(): number[] {
    return [...this.requests.keys()];
  }

  /** From now on it is that host, without connections. */
  begin(host: number): void {
    this.host = host;
    https.globalAgent.destroy();
  }

  /** Ends a request as if nobody had listened. */
  refuse(id: number): void {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' });
    error.stack = `${String(error)}\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)`;
    this.requests.get(id)?.destroy(error);
  }

  private isSimulated(request: ClientRequest): boolean {
    if (request.protocol === 'https:') return RESPONSE_BUCKET.test(String(request.getHeader('host')));
    return request.getHeader('host') === this.settings.endpoint;
  }
}
