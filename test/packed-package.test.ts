import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readAssembly } from '../simulator/assembly';
import { DEFAULT_SCENARIO } from '../simulator/scenario';
import { deploy } from '../simulator/simulation';

const root = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The package as `npm publish` would send it, unpacked into an app that has nothing else but its peers. */
const app = join(folder, 'app');
let files: string[];
beforeAll(() => {
  const [{ filename, files: packed }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root }).toString());
  files = packed.map(({ path }: { path: string }) => path);
  const modules = join(app, 'node_modules');
  mkdirSync(join(modules, 'cdk-backup-copy-job'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', join(modules, 'cdk-backup-copy-job')]);
  for (const peer of ['aws-cdk-lib', 'constructs']) symlinkSync(dirname(require.resolve(`${peer}/package.json`)), join(modules, peer));
});

it('holds the library, the handler with its source, the documents, and nothing else', () => {
  // The tablet of translated samples is there when the documents have been made.
  const rooms = [...new Set(files.map(file => file.replace(/^(lib|lambda)\/.*/, '$1/')))].filter(name => name !== '.jsii.tabl.json').sort();
  expect(rooms).toEqual([
    '.jsii', 'API.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'RELIABILITY.md', 'THIRD-PARTY-LICENSES', 'assets/lambda/index/index.js', 'lambda/', 'lib/', 'package.json',
  ]);
  expect(files.filter(file => /^lib\/.*(?<!\.d)\.ts$/.test(file))).toEqual([]);
  const source = readdirSync(join(root, 'lambda'), { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  expect(files.filter(file => file.startsWith('lambda/')).sort()).toEqual(source.map(file => `lambda/${file}`).sort());
});

it('needs nothing but its peers', () => {
  const { dependencies, optionalDependencies, bundledDependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json')).toString());
  expect([dependencies, optionalDependencies, bundledDependencies]).toEqual([undefined, undefined, undefined]);
  expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
});

it('synthesizes in an app of its own, and what that gives deploys', async () => {
  writeFileSync(join(app, 'app.js'), `
    const { App, CfnOutput, Stack } = require('aws-cdk-lib');
    const { BackupVault } = require('aws-cdk-lib/aws-backup');
    const { OneTimeCopyJob } = require('cdk-backup-copy-job');
    const app = new App();
    const stack = new Stack(app, 'Packed');
    const copy = new OneTimeCopyJob(stack, 'Copy', {
      recoveryPointArn: 'arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45',
      sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Source', 'prod'),
      destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'Destination', 'dr'),
    });
    new CfnOutput(stack, 'CopiedTo', { value: copy.destinationRecoveryPointArn });
    app.synth();
  `);
  const outdir = join(folder, 'cdk.out');
  execFileSync(process.execPath, ['app.js'], { cwd: app, env: { ...process.env, CDK_OUTDIR: outdir } });
  const { status, outputs } = await deploy({ stack: readAssembly(outdir)[0], scenario: DEFAULT_SCENARIO });
  expect(status).toBe('CREATE_COMPLETE');
  expect(outputs.CopiedTo).toMatch(/^arn:aws:backup:us-east-1:111122223333:recovery-point:/);
});
