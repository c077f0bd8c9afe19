import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { HostSettings, REQUEST_HEADER, RESPONSE_BUCKET } from '../host-protocol';
import { currentEnvironment } from './environment';

/** Counts the HTTP requests of this process, tells the simulator who sent them, and lets none leave the machine. */
export class Network {
  readonly open = new Set<number>();
  private started = 0;

  /** `active` is called whenever a request starts or ends. */
  constructor(private readonly host: number, private readonly settings: HostSettings, refuse: (what: string) => never, active: () => void) {
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
      this.open.add(id);
      request.once('close', () => {
        this.open.delete(id);
        active();
      });
      active();
    });
  }

  private isSimulated(request: ClientRequest): boolean {
    if (request.protocol === 'https:') return RESPONSE_BUCKET.test(String(request.getHeader('host')));
    return request.getHeader('host') === this.settings.endpoint;
  }
}
