import { BackupClient, CopyJob, DescribeCopyJobCommand, DescribeRecoveryPointCommand, StartCopyJobCommand, StartCopyJobCommandInput } from '@aws-sdk/client-backup';
import type { CdkCustomResourceEvent, CdkCustomResourceIsCompleteEvent, CdkCustomResourceIsCompleteResponse, CdkCustomResourceResponse } from 'aws-lambda';
import { untilAssumed } from './new-role';
import { isGone } from './recovery-points';

const backup = new BackupClient();

/** Asks what AWS Backup's documentation does not say. */
export async function onEvent(event: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> {
  if (event.RequestType !== 'Create') return {};
  const { RecoveryPointArn, SourceBackupVaultName, DestinationBackupVaultArn, IamRoleArn, OtherRoleArn } = event.ResourceProperties;
  const asked: Record<string, string> = {};
  const start = async (what: string, IdempotencyToken: string, more: Partial<StartCopyJobCommandInput>) => {
    const input = { RecoveryPointArn, SourceBackupVaultName, DestinationBackupVaultArn, IamRoleArn, IdempotencyToken, ...more };
    const { CopyJobId } = await untilAssumed(() => backup.send(new StartCopyJobCommand(input)));
    asked[CopyJobId!] ??= what;
    return CopyJobId!;
  };
  const token = event.RequestId;
  const sevenDays = { Lifecycle: { DeleteAfterDays: 7 } };
  const first = await start('seven days', token, sevenDays);
  const describedAfterMilliseconds = await untilDescribed(first);
  const again = async (what: string, more: Partial<StartCopyJobCommandInput>) => {
    try {
      const id = await start(what, token, { ...sevenDays, ...more });
      return id === first ? 'the same job' : 'another job';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  };
  const sameToken = {
    nothingElse: await again('seven days again', {}),
    anotherRole: await again('another role', { IamRoleArn: OtherRoleArn }),
    anotherLifecycle: await again('eight days', { Lifecycle: { DeleteAfterDays: 8 } }),
    noLifecycle: await again('no lifecycle, same token', { Lifecycle: undefined }),
  };
  await start('no lifecycle', `${token}-none`, {});
  await start('-1', `${token}-never`, { Lifecycle: { MoveToColdStorageAfterDays: -1, DeleteAfterDays: -1 } });
  // What isComplete is given beside the event.
  return { PhysicalResourceId: Object.keys(asked).join('/'), Asked: asked, Answers: { describedAfterMilliseconds, sameToken } };
}

/** Tells the answers when all jobs have ended, however they did. */
export async function isComplete(event: CdkCustomResourceIsCompleteEvent): Promise<CdkCustomResourceIsCompleteResponse> {
  const jobs = await Promise.all(event.PhysicalResourceId!.split('/').map(describe));
  const { DestinationBackupVaultName } = event.ResourceProperties;
  if (event.RequestType === 'Delete') {
    const copies = jobs.flatMap(({ State, DestinationRecoveryPointArn }) => State === 'COMPLETED' ? [DestinationRecoveryPointArn!] : []);
    const gone = await Promise.all(copies.map(copy => isGone(backup, DestinationBackupVaultName, copy)));
    return { IsComplete: gone.every(Boolean) };
  }
  if (jobs.some(({ State }) => State === 'CREATED' || State === 'RUNNING')) return { IsComplete: false };
  const copies = await Promise.all(jobs.map(async job => ({
    asked: event.Asked?.[job.CopyJobId!],
    state: job.State,
    message: job.StatusMessage,
    lifecycleOfTheJob: job.DestinationRecoveryPointLifecycle,
    lifecycleOfTheCopy: job.State === 'COMPLETED' ? await lifecycleOf(DestinationBackupVaultName, job.DestinationRecoveryPointArn!) : undefined,
  })));
  return { IsComplete: true, Data: { Answers: JSON.stringify({ ...event.Answers, copies }) } };
}

async function untilDescribed(copyJobId: string): Promise<number> {
  const began = Date.now();
  for (;;) {
    try {
      await describe(copyJobId);
      return Date.now() - began;
    } catch (error) {
      if (Date.now() - began > 120_000) throw error;
    }
  }
}

async function describe(copyJobId: string): Promise<CopyJob> {
  const { CopyJob: job } = await backup.send(new DescribeCopyJobCommand({ CopyJobId: copyJobId }));
  return job!;
}

async function lifecycleOf(BackupVaultName: string, RecoveryPointArn: string) {
  const { Lifecycle } = await backup.send(new DescribeRecoveryPointCommand({ BackupVaultName, RecoveryPointArn }));
  return Lifecycle;
}
