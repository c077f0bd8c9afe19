import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GO } from './go';
import { JAVA } from './java';
import { PYTHON } from './python';
import { run, tryRun } from './run';
import { readAssembly } from '../../simulator/assembly';
import { DEFAULT_SCENARIO } from '../../simulator/scenario';
import { deploy } from '../../simulator/simulation';

const ROOT = join(__dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const WRONG = "recoveryPointArn is 'nonsense', but a recovery point ARN has the form arn:partition:service:region:account:resource";

interface Tablet {
  readonly snippets: Readonly<Record<string, { readonly translations: Readonly<Record<string, { readonly source: string }>> }>>;
}
const { snippets } = JSON.parse(readFileSync(join(ROOT, '.jsii.tabl.json'), 'utf8')) as Tablet;

const folder = mkdtempSync(join(tmpdir(), 'languages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const template = (outdir: string) => readFileSync(join(outdir, 'DisasterRecoveryCopy.template.json'), 'utf8');

function templateOfTypeScript(app: string): string {
  const outdir = mkdtempSync(join(folder, 'typescript-'));
  run(join(BIN, 'tsx'), ['--tsconfig', 'examples/tsconfig.json', app], { cwd: ROOT, env: { ...process.env, CDK_OUTDIR: outdir } });
  return template(outdir);
}

describe.each([PYTHON, JAVA, GO])('$name', language => {
  const missing = language.tools.filter(tool => spawnSync(`command -v ${tool}`, { shell: true }).status !== 0);
  if (missing.length > 0) {
    (process.env.EVERY_LANGUAGE ? it : it.skip)(`finds ${missing.join(' and ')}`, () => expect(missing).toEqual([]));
    return;
  }

  const room = join(folder, language.name, 'app');
  const packages = join(folder, language.name, 'packages');
  const example = readFileSync(join(ROOT, 'examples', language.name, language.app), 'utf8');
  const env = { ...process.env, JSII_RUNTIME_PACKAGE_CACHE_ROOT: join(folder, 'jsii'), ...language.environment(room) };
  const translations = Object.values(snippets).map(snippet => snippet.translations[language.name].source);

  beforeAll(() => {
    run(join(BIN, 'jsii-pacmak'), ['--target', language.name, '--outdir', packages], { cwd: ROOT, env });
    cpSync(join(ROOT, 'examples', language.name), room, { recursive: true });
    language.install(room, join(packages, language.name));
  });

  /** What `cdk synth` would start. */
  function start(app: string): { outdir: string; status: number | null; output: string } {
    writeFileSync(join(room, language.app), app);
    const outdir = mkdtempSync(join(room, 'cdk.out-'));
    const { app: command } = JSON.parse(readFileSync(join(room, 'cdk.json'), 'utf8')) as { app: string };
    return { outdir, ...tryRun(command, [], { cwd: room, shell: true, env: { ...env, CDK_OUTDIR: outdir } }) };
  }

  it('synthesizes what TypeScript does, to the byte, and that deploys', async () => {
    const { outdir, status, output } = start(example);
    expect([status, output]).toEqual([0, expect.anything()]);
    expect(template(outdir)).toBe(templateOfTypeScript('examples/minimal.ts'));
    const outcome = await deploy({ stack: readAssembly(outdir)[0], scenario: DEFAULT_SCENARIO });
    expect(outcome.status).toBe('CREATE_COMPLETE');
    expect(outcome.outputs.CopiedTo).toMatch(/^arn:aws:ec2:eu-west-1::snapshot\/snap-/);
  });

  it('takes nothing for no props', () => {
    const { outdir, status, output } = start(readFileSync(join(__dirname, 'nothing-given', basename(language.app)), 'utf8'));
    expect([status, output]).toEqual([0, expect.anything()]);
    expect(template(outdir)).toBe(templateOfTypeScript('test/languages/nothing-given/app.ts'));
  });

  it('tells a wrong value where its users look', () => {
    const { status, output } = start(example.replace(/arn:aws:ec2:[^"]*/, 'nonsense'));
    expect(status).toBe(1);
    expect(language.errorLine(output.trim().split('\n'))).toContain(`DisasterRecoveryCopy/Copy: ${WRONG}`);
  });

  it('has samples that compile, as far as jsii-rosetta knows the language', () => {
    const { file, command, tolerated, program } = language.samples;
    writeFileSync(join(room, language.app), example);
    writeFileSync(join(room, file), program(translations));
    const { status, output } = tryRun(command, [], { cwd: room, shell: true, env });
    if (status !== 0) expect(output.trimEnd().split('\n').filter(line => !tolerated?.test(line))).toEqual([]);
  });

  it('is documented in the language, with nothing of TypeScript', () => {
    const unpacked = join(folder, language.name, 'unpacked');
    language.unpack(join(packages, language.name), unpacked);
    const documents = readdirSync(unpacked, { recursive: true, encoding: 'utf8' })
      .map(file => join(unpacked, file))
      .filter(file => statSync(file).isFile() && !file.endsWith('.tgz'))
      .map(file => readFileSync(file, 'utf8'))
      .join('\n');
    expect(documents.match(/^.*(```ts|```typescript|\bdeclare const |\bconst \w+ = new |\(this, ').*$/gm)).toBeNull();
    const lines = translations.flatMap(sample => sample.split('\n')).filter(line => line.trim() !== '');
    expect(lines.filter(line => !documents.includes(line))).toEqual([]);
  });
});
