import { Exchange, recording } from './exchange';
import { BackupFixture, COPY, DESTINATION, wireRequest } from '../simulator/backup-fixture';

const SOURCE = 'arn:aws:backup:us-east-1:111122223333:backup-vault:prod';

/** What the simulated AWS Backup answers to what it cannot do: each of its reasons that a client can meet. */
export async function refusalExchanges(): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];

  const fixture = new BackupFixture();
  const backup = recording(fixture.backup, exchanges);
  const start = async (input: object) => backup.handle(wireRequest({ method: 'PUT', path: '/copy-jobs', body: JSON.stringify({ ...COPY, ...input }) }));
  await start({ IamRoleArn: undefined });
  await start({ SourceBackupVaultName: DESTINATION });
  await start({ Lifecycle: { DeleteAfterDays: '365' } });
  await start({ Lifecycle: { MoveToColdStorageAfterDays: 30, DeleteAfterDays: 31 } });
  await start({ DestinationBackupVaultArn: SOURCE });
  await start({ IamRoleArn: 'arn:aws:iam::111122223333:role/unknown' });
  await start({ RecoveryPointArn: 'arn:aws:s3:us-east-1::x' });
  await backup.handle(wireRequest({ path: '/copy-jobs/NONE' }));
  for (const method of ['GET', 'POST', 'DELETE']) await backup.handle(onPoint(method, COPY.RecoveryPointArn));

  for (const [vault, held] of [['locked', { locked: true }], ['legalHold', { legalHold: true }]] as const) {
    const strict = new BackupFixture({ vaults: [{ arn: DESTINATION, ...held }] });
    const arn = await strict.copied({ IdempotencyToken: vault });
    for (const method of ['POST', 'DELETE']) await recording(strict.backup, exchanges).handle(onPoint(method, arn));
  }
  const busy = new BackupFixture();
  const arn = await busy.copied();
  for (const method of ['DELETE', 'DELETE', 'POST']) await recording(busy.backup, exchanges).handle(onPoint(method, arn));
  const gone = new BackupFixture({ missingVaults: [DESTINATION] });
  await recording(gone.backup, exchanges).handle(wireRequest({ method: 'PUT', path: '/copy-jobs', body: JSON.stringify(COPY) }));
  return exchanges.filter(({ answer }) => answer.status !== 200);
}

function onPoint(method: string, arn: string) {
  const path = `/backup-vaults/dr/recovery-points/${encodeURIComponent(arn)}`;
  return wireRequest({ method, path, region: 'eu-west-1', body: method === 'POST' ? JSON.stringify({ Lifecycle: { DeleteAfterDays: 30 } }) : '' });
}
