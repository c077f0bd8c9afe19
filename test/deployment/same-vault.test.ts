import { Duration } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Deployment } from './deployment';
import { A, B, Build, copied, copies, copyWith, DESTROY, POLICIES, RETAIN } from './stories';
import { OneTimeCopyJobProps } from '../../src';

const PROD = 'arn:aws:backup:us-east-1:111122223333:backup-vault:prod';
const MANAGED = 'arn:aws:backup:us-east-1:111122223333:recovery-point:1';

/** A copy in the vault that its source is in, which encrypts it anew. */
function withinVault(props: Partial<OneTimeCopyJobProps> = {}): Build {
  return stack => {
    copyWith({ destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Same', 'prod'), ...props })(stack);
  };
}

/** What is there of the recovery points that were copied. */
function sources(deployment: Deployment): string[] {
  const made = deployment.copyJobs().map(({ destinationRecoveryPointArn }) => destinationRecoveryPointArn);
  return deployment.recoveryPoints().filter(({ arn, status }) => !made.includes(arn) && status === 'COMPLETED').map(({ arn }) => arn);
}

describe('a copy within a vault', () => {
  it.each(POLICIES.flatMap(policy => [A, MANAGED].map(arn => [policy, arn] as const)))('is made, and ends as %s says, while its source stays: %s', async (removalPolicy, arn) => {
    const deployment = new Deployment();
    const created = await deployment.deploy(withinVault({ removalPolicy, recoveryPointArn: arn }));
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(copies(created)).toEqual([expect.objectContaining({ of: arn, arn: created.outputs.CopyArn, vaultArn: PROD })]);
    expect(created.outputs.CopyArn).not.toBe(arn);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual(removalPolicy === RETAIN ? [arn] : []);
    expect(sources(deployment)).toEqual([arn]);
  });

  it('gives way to that of another recovery point, and both sources stay', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withinVault({ removalPolicy: DESTROY }));
    const changed = await deployment.deploy(withinVault({ removalPolicy: DESTROY, recoveryPointArn: B }));
    expect(changed.status).toBe('UPDATE_COMPLETE');
    expect(copied(changed)).toEqual([B]);
    expect(sources(deployment)).toEqual([A, B]);
  });

  it('gets another lifecycle, and its source keeps its own', async () => {
    const deployment = new Deployment();
    await deployment.deploy(withinVault());
    const lifecycle = () => deployment.recoveryPoints().find(({ arn }) => arn === A)?.lifecycle;
    const before = lifecycle();
    const changed = await deployment.deploy(withinVault({ deleteAfter: Duration.days(30) }));
    expect(copies(changed)).toEqual([expect.objectContaining({ lifecycle: { DeleteAfterDays: 30 } })]);
    expect(lifecycle()).toEqual(before);
  });
});
