import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import {
  BackupClient, DeleteRecoveryPointCommand, DescribeCopyJobCommand, DescribeRecoveryPointCommand, ListCopyJobsCommand, StartCopyJobCommand,
  UpdateRecoveryPointLifecycleCommand,
} from '@aws-sdk/client-backup';
import { ACCOUNT, BackupFixture, COPY, DESTINATION, SNAPSHOT, wireRequest } from './backup-fixture';
import { Service, WireReply } from '../../simulator/wire';

const servers: Server[] = [];

afterEach(() => servers.splice(0).forEach(server => {
  server.close();
  server.closeAllConnections();
}));

/** The real client of a Region, talking HTTP with the service. */
async function client(service: Service, region = 'us-east-1'): Promise<BackupClient> {
  const server = createServer((incoming, outgoing) => {
    answer(service, incoming).then(
      ({ status, headers, body }) => outgoing.writeHead(status, { ...headers, connection: 'close' }).end(body),
      error => outgoing.destroy(error),
    );
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new BackupClient({ endpoint, region, maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
}

async function answer(service: Service, incoming: IncomingMessage): Promise<WireReply> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const url = new URL(incoming.url as string, 'http://localhost');
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(incoming.headers.authorization as string) as RegExpExecArray;
  return await service.handle(wireRequest({
    service: scope[2],
    region: scope[1],
    method: incoming.method,
    path: url.pathname,
    query: url.searchParams,
    body: Buffer.concat(chunks).toString(),
  })) as WireReply;
}

describe("the SDK's client", () => {
  it('starts, describes, updates and deletes', async () => {
    const fixture = new BackupFixture();
    const source = await client(fixture.backup);
    const destination = await client(fixture.backup, 'eu-west-1');
    const { CopyJobId, CreationDate, IsParent } = await source.send(new StartCopyJobCommand({ ...COPY, Lifecycle: { DeleteAfterDays: 365 } }));
    expect([CreationDate, IsParent]).toEqual([new Date(fixture.clock.now()), false]);
    await fixture.clock.pass(605);
    const { CopyJob } = await source.send(new DescribeCopyJobCommand({ CopyJobId }));
    expect(CopyJob).toMatchObject({
      AccountId: ACCOUNT,
      CompletionDate: new Date(fixture.clock.now()),
      DestinationBackupVaultArn: DESTINATION,
      DestinationRecoveryPointLifecycle: { DeleteAfterDays: 365 },
      DestinationVaultType: 'BACKUP_VAULT',
      ResourceType: 'EBS',
      SourceRecoveryPointArn: SNAPSHOT,
      State: 'COMPLETED',
    });
    const point = { BackupVaultName: 'dr', RecoveryPointArn: CopyJob?.DestinationRecoveryPointArn };
    await destination.send(new UpdateRecoveryPointLifecycleCommand({ ...point, Lifecycle: { DeleteAfterDays: 30 } }));
    const described = await destination.send(new DescribeRecoveryPointCommand({ ...point, BackupVaultAccountId: ACCOUNT }));
    expect(described).toMatchObject({ Status: 'COMPLETED', Lifecycle: { DeleteAfterDays: 30 }, IsEncrypted: true });
    await destination.send(new DeleteRecoveryPointCommand(point));
    await fixture.clock.pass(60);
    await expect(destination.send(new DescribeRecoveryPointCommand(point))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it.each([
    ['a number as text', { Lifecycle: { DeleteAfterDays: '365' } }, 'InvalidRequestException', 'DeleteAfterDays must be a whole number'],
    ['a truth as text', { Lifecycle: { OptInToArchiveForSupportedResources: 'true' } }, 'InvalidRequestException', 'must be a boolean'],
    ['a fraction', { Lifecycle: { DeleteAfterDays: 1.5 } }, 'InvalidRequestException', 'must be a whole number'],
    ['a missing member', { IamRoleArn: undefined }, 'MissingParameterValueException', 'IamRoleArn'],
    ['a vault ARN for a name', { SourceBackupVaultName: DESTINATION }, 'InvalidParameterValueException', 'SourceBackupVaultName'],
    ['a vault name for an ARN', { DestinationBackupVaultArn: 'dr' }, 'InvalidParameterValueException', 'DestinationBackupVaultArn'],
    ['a role name for an ARN', { IamRoleArn: 'copy' }, 'InvalidParameterValueException', 'IamRoleArn'],
    ['a recovery point of no known kind', { RecoveryPointArn: 'arn:aws:s3:us-east-1::x' }, 'InvalidParameterValueException', 'recovery point ARN'],
  ])('is refused with %s', async (_what, change, name, message) => {
    const fixture = new BackupFixture();
    const sent = (await client(fixture.backup)).send(new StartCopyJobCommand({ ...COPY, ...change } as typeof COPY));
    await expect(sent).rejects.toMatchObject({ name, message: expect.stringContaining(message), $metadata: { httpStatusCode: 400 } });
    expect(fixture.backup.copyJobs()).toEqual([]);
  });

  it('gets errors that it knows by type', async () => {
    const sent = (await client(new BackupFixture().backup)).send(new DescribeCopyJobCommand({ CopyJobId: 'NONE' }));
    await expect(sent).rejects.toMatchObject({ name: 'ResourceNotFoundException', Code: 'ERROR_3015', $fault: 'client' });
  });

  it('is refused an operation that the simulator does not know, by name', async () => {
    const sent = (await client(new BackupFixture().backup)).send(new ListCopyJobsCommand({}));
    await expect(sent).rejects.toMatchObject({ name: 'UnknownOperationException', message: expect.stringContaining("'GET /copy-jobs'") });
  });
});

it.each([
  ['an unknown member', JSON.stringify({ ...COPY, Tags: {} }), 'Tags is not a member of the request'],
  ['an unknown member of the lifecycle', JSON.stringify({ ...COPY, Lifecycle: { Days: 1 } }), 'Days is not a member of the request'],
  ['null', JSON.stringify({ ...COPY, Lifecycle: null }), 'Lifecycle must be an object'],
  ['a list', '[]', 'The body must be an object'],
  ['half a body', '{"a":', 'The body is not JSON'],
])('a body with %s is refused', async (_what, body, message) => {
  expect(await new BackupFixture().call({ method: 'PUT', path: '/copy-jobs', body })).toMatchObject({ error: 'InvalidRequestException', message });
});
