import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'supply-chain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The bundle as the task `bundle:lambda/index` makes it from the sources in `cwd`. */
function bundle({ cwd = root, minified = true } = {}): string {
  const [{ execArgs: [, ...args] }] = JSON.parse(readFileSync(join(root, '.projen/tasks.json'), 'utf8')).tasks['bundle:lambda/index'].steps;
  const options = args.filter((arg: string) => !/^--(outfile|metafile)=/.test(arg) && (minified || arg !== '--minify'));
  const outfile = join(folder, 'bundle.js');
  execFileSync(join(root, 'node_modules/.bin/esbuild'), [...options, `--outfile=${outfile}`, '--log-level=error'], { cwd });
  return readFileSync(outfile, 'utf8');
}

/** The packages in the bundle: esbuild names each file in a comment before its code. */
function bundledPackages(): { name: string; version: string; license: string }[] {
  const folders = bundle({ minified: false }).match(/(?<=^\s*\/\/ )(?:.*\/)?node_modules\/(@[^/]+\/)?[^/]+(?=\/)/gm) ?? [];
  return [...new Set(folders)].map(each => JSON.parse(readFileSync(join(root, each, 'package.json'), 'utf8')));
}

describe('the handler\'s bundle', () => {
  const built = bundle();
  const packages = bundledPackages();

  it('has the same bytes wherever it is built', () => {
    const elsewhere = join(folder, 'elsewhere');
    for (const room of ['lambda', 'src', 'tsconfig.json', 'test/tsconfig.json', 'package.json']) cpSync(join(root, room), join(elsewhere, room), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(elsewhere, 'node_modules'));
    expect(bundle({ cwd: elsewhere }) === built).toBe(true);
  });

  it('says nothing of the machine that built it', () => {
    for (const path of [root, homedir() + '/', tmpdir() + '/', 'node_modules/']) expect(built).not.toContain(path);
  });

  // 247 KiB when this was written.
  it('is below 300 KiB', () => {
    expect(Buffer.byteLength(built)).toBeLessThan(300 * 1024);
  });

  it('is made from packages with a permissive licence only', () => {
    const permissive = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD'];
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter(({ license }) => !permissive.includes(license))).toEqual([]);
  });

  it('comes with the licence of each package that is in it', () => {
    const shipped = readFileSync(join(root, 'THIRD-PARTY-LICENSES'), 'utf8');
    const named = shipped.split('\n').filter(line => /^\S+ \d+\.\d+\.\d+\S* \(.+\)$/.test(line));
    expect(named.sort()).toEqual(packages.map(({ name, version, license }) => `${name} ${version} (${license})`).sort());
    expect(shipped).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
    expect(shipped).toMatch(/^ *Copyright \d{4}.* Amazon\.com, Inc\./m);
  });
});
