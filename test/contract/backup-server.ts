import { createServer, IncomingMessage } from 'node:http';
import { AddressInfo } from 'node:net';
import { WireReply } from '../../simulator/wire';
import { BackupFixture, COPY, wireRequest } from '../simulator/backup-fixture';

/*
 * Serves the simulated AWS Backup on loopback to any client, and prints, as a line of JSON, its endpoint and a copy that it can make.
 * Each request takes five minutes of its time. It ends with its input, or after two minutes.
 */

const REAL_SECONDS = 120;
const SECONDS_A_REQUEST = 300;

const fixture = new BackupFixture();

async function answer(incoming: IncomingMessage): Promise<WireReply> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(incoming.url as string, 'http://localhost');
  const [, region] = /Credential=[^/]+\/\d+\/([^/]+)\/backup\//.exec(incoming.headers.authorization ?? '') ?? [];
  await fixture.clock.pass(SECONDS_A_REQUEST);
  const request = wireRequest({ region, method: incoming.method, path: pathname, query: searchParams, body: Buffer.concat(chunks).toString() });
  return fixture.backup.handle(request) as Promise<WireReply>;
}

const server = createServer((incoming, outgoing) => {
  answer(incoming).then(
    ({ status, headers, body }) => outgoing.writeHead(status, { ...headers, connection: 'close' }).end(body),
    error => outgoing.destroy(error),
  );
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, copy: COPY }));
});

setTimeout(() => process.exit(1), REAL_SECONDS * 1000).unref();
process.stdin.on('end', () => process.exit()).resume();
