import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Deployment, failureReason } from './deployment';
import { B, Build, copies, copyWith, DESTROY, idOf, POLICIES } from './stories';
import { OneTimeCopyJobProvider } from '../../src';

const BUNDLE = join(__dirname, '..', '..', 'assets', 'lambda', 'index', 'index.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'newer-'));
  const newer = readFileSync(BUNDLE, 'utf8').replaceAll('copy-job/1', 'copy-job/2');
  mkdirSync(join(folder, 'code'));
  writeFileSync(join(folder, 'code', 'index.js'), newer);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same job, run by a release to come, which writes another kind of physical id. */
const byNewerRelease = (build: Build): Build => stack => {
  build(stack);
  const provider = OneTimeCopyJobProvider.getOrCreate(stack);
  const code = new Asset(stack, 'NewerRelease', { path: join(folder, 'code') });
  for (const id of ['OnEvent', 'IsComplete']) {
    (provider.node.findChild(id).node.defaultChild as CfnFunction).code = { s3Bucket: code.s3BucketName, s3Key: code.s3ObjectKey };
  }
};

describe('an id of a newer release', () => {
  it.each(POLICIES)('starts no copy of this one: %s', async removalPolicy => {
    const deployment = new Deployment();
    const before = await deployment.deploy(byNewerRelease(copyWith({ removalPolicy })));
    expect(before.status).toBe('CREATE_COMPLETE');
    expect(idOf(before)).toMatch(/^copy-job\/2;/);
    const after = await deployment.deploy(copyWith({ removalPolicy, recoveryPointArn: B }));
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failureReason(after)).toMatch(/cannot be read by this release/);
    expect(after.copyJobs).toHaveLength(1);
    expect(copies(after)).toEqual(copies(before));
    expect(idOf(after)).toBe(idOf(before));
  });

  it('has no lifecycle changed by this one', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(byNewerRelease(copyWith()));
    const after = await deployment.deploy(copyWith({ deleteAfter: Duration.days(30) }));
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failureReason(after)).toMatch(/cannot be read by this release/);
    expect(copies(after)).toEqual(copies(before));
  });

  it('has nothing deleted by this one', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(byNewerRelease(copyWith({ removalPolicy: DESTROY })));
    expect((await deployment.deploy(copyWith({ removalPolicy: DESTROY }))).status).toBe('UPDATE_COMPLETE');
    const failed = await deployment.delete();
    expect(failed.status).toBe('DELETE_FAILED');
    expect(failureReason(failed)).toMatch(/cannot be read by this release/);
    expect(copies(failed)).toEqual(copies(before));
  });
});
