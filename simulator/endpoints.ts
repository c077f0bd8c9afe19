import * as http from 'node:http';
import * as https from 'node:https';
import { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { REQUEST_HEADER, RESPONSE_BUCKET } from './functions/host-protocol';
import { Answer, WireRequest } from './wire';

/** One whole HTTP request of a function process. */
export interface IncomingRequest {
  readonly host: number;
  readonly environment: number;
  /** Its number within the host. */
  readonly number: number;
  /** The access key that signed it. */
  readonly accessKeyId?: string;
  readonly request: Omit<WireRequest, 'caller'>;
  readonly reply: (answer: Exclude<Answer, 'refuse'>, time: number) => void;
}

export interface Endpoints {
  /** `127.0.0.1:port` of the AWS services. */
  readonly endpoint: string;
  /** The port of CloudFormation's response bucket. */
  readonly tlsPort: number;
  readonly certificate: string;
  /** Ends what clients keep open for a next request. */
  closeIdleConnections(): void;
  close(): Promise<void>;
}

/** Opens the loopback servers. What is not sent by a function process is turned away. */
export async function startEndpoints(arrive: (incoming: IncomingRequest) => void): Promise<Endpoints> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', curve: 'P-256' });
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const incoming = read(request, response, Buffer.concat(chunks).toString());
      if (incoming) arrive(incoming);
      else response.writeHead(400).end('Only functions of the simulator are served.');
    });
  };
  const servers = [http.createServer(listener), https.createServer({ key, cert }, listener)];
  const [port, tlsPort] = await Promise.all(servers.map(listen));
  return {
    endpoint: `127.0.0.1:${port}`,
    tlsPort,
    certificate: cert,
    closeIdleConnections: () => servers.forEach(server => server.closeIdleConnections()),
    close: async () => {
      await Promise.all(servers.map(async server => new Promise(resolve => {
        server.close(resolve);
        server.closeAllConnections();
      })));
    },
  };
}

async function listen(server: http.Server): Promise<number> {
  // All of these are limits in real time.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, timeout: 0 });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function read(message: http.IncomingMessage, response: http.ServerResponse, body: string): IncomingRequest | undefined {
  const { [REQUEST_HEADER]: tag, ...rest } = message.headers;
  const [, host, environment, number] = /^(\d+)\/(\d+)\/(\d+)$/.exec(String(tag)) ?? [];
  if (!number) return undefined;
  const headers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
  const [path, query] = (message.url ?? '/').split(/\?(.*)/s);
  const target = targetOf(headers);
  return {
    host: Number(host),
    environment: Number(environment),
    number: Number(number),
    accessKeyId: target.accessKeyId,
    request: { service: target.service, region: target.region, method: message.method ?? '', path, query: new URLSearchParams(query), headers, body },
    reply: (answer, time) => send(response, answer, time),
  };
}

/** The response bucket is known by its name, AWS's services by the scope of the signature. */
function targetOf(headers: Record<string, string>): { service: string; region: string; accessKeyId?: string } {
  const bucket = RESPONSE_BUCKET.exec(headers.host);
  if (bucket) return { service: 'response-url', region: bucket[2] };
  const scope = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '');
  return { service: scope?.[3] ?? '', region: scope?.[2] ?? '', accessKeyId: scope?.[1] ?? '' };
}

function send(response: http.ServerResponse, answer: Exclude<Answer, 'refuse'>, time: number): void {
  if (answer === 'drop') {
    response.socket?.destroy();
    return;
  }
  // The SDK corrects its clock by the server's date.
  response.sendDate = false;
  response.writeHead(answer.status, {
    'date': new Date(time).toUTCString(),
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
  });
  if (answer.cut) response.write(answer.body.slice(0, answer.body.length / 2), () => response.socket?.destroy());
  else response.end(answer.body);
}
