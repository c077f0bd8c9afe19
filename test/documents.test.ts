import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { homepage } = JSON.parse(read('package.json')) as { homepage: string };
const README = read('README.md');

/** The page as a reader sees it: no marks for code, one space between words. */
function plain(page: string): string {
  return page.replace(/[`*]/g, '').replace(/\s+/g, ' ');
}

interface Documented {
  readonly name: string;
  readonly optional?: boolean;
  readonly docs?: { readonly summary?: string; readonly default?: string; readonly see?: string; readonly example?: string };
}

it('every public name says what it is, every prop its default and its source, every class how it is used', () => {
  type Type = Documented & { kind: string; properties?: Documented[]; methods?: Documented[] };
  const { types } = JSON.parse(read('.jsii')) as { types: Record<string, Type> };
  const all = Object.values(types);
  const lacking = (missing: keyof NonNullable<Documented['docs']>, of: Documented[]) => of.filter(({ docs }) => !docs?.[missing]).map(({ name }) => `${name}: ${missing}`);
  const props = all.filter(({ kind }) => kind === 'interface').flatMap(({ properties = [] }) => properties);
  expect(props.length).toBeGreaterThan(15);
  expect([
    ...lacking('summary', all.flatMap(type => [type, ...type.properties ?? [], ...type.methods ?? []])),
    ...lacking('default', props.filter(({ optional }) => optional)),
    ...lacking('see', props),
    ...lacking('example', all.filter(({ kind }) => kind === 'class')),
  ]).toEqual([]);
});

describe('README', () => {
  const firstScreen = README.slice(0, README.indexOf('\n## '));

  it('says what it is, shows it, and how to install it in every language, on the first screen', () => {
    expect(firstScreen.split('\n').length).toBeLessThanOrEqual(45);
    expect(firstScreen).toMatch(/!\[[^\]]{40,}\]\(\S+\.svg\)/);
    expect(firstScreen).toMatch(/```ts[^`]*^import [^`]*new OneTimeCopyJob\(/m);
    for (const command of ['npm install', 'pip install', 'Maven', 'dotnet add package', 'go get']) expect(firstScreen).toContain(command);
  });

  it('names packages and imports as they are published', () => {
    const { targets: { python, java, dotnet, go } } = JSON.parse(read('.jsii')) as { targets: Record<string, Record<string, string> & { maven: Record<string, string> }> };
    for (const name of [
      `pip install ${python.distName}\``, `from ${python.module} import`, `${java.maven.groupId}:${java.maven.artifactId}\``, `import ${java.package}.`,
      `package ${dotnet.packageId}\``, `using ${dotnet.namespace};`, `go get ${go.moduleName}/`,
    ]) expect(firstScreen).toContain(name);
  });

  it('lists every prop and every attribute', () => {
    const { types } = JSON.parse(read('.jsii')) as { types: Record<string, { properties?: { name: string; type: { primitive?: string } }[] }> };
    const members = (type: string) => types[`cdk-backup-copy-job.${type}`].properties!;
    const props = ['OneTimeCopyJobProps', 'OneTimeCopyJobProviderProps'].flatMap(members).map(({ name }) => name);
    const attributes = members('OneTimeCopyJob').filter(({ type }) => type.primitive === 'string').map(({ name }) => name);
    expect(props.length + attributes.length).toBeGreaterThan(30);
    const inTables = README.split('\n').filter(line => line.startsWith('| `')).join('\n');
    expect([...props, ...attributes].filter(name => !inTables.includes(`\`${name}\``))).toEqual([]);
  });

  it('has no link that breaks where only the page is', () => {
    expect(linksOf(README).filter(link => !/^(https:\/\/|#)/.test(link))).toEqual([]);
  });
});

/** What a link of GitHub's calls a heading. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));
}

function linksOf(page: string): string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
}

describe.each(pages())('%s', file => {
  it('links to what there is', () => {
    const page = read(file);
    const repository = new RegExp(`^${homepage.replace('https://github.com', 'https://(?:raw\\.githubusercontent|github)\\.com')}/(?!issues$)`);
    const ours = new RegExp(`${repository.source}(?:blob/|tree/)?main/`);
    const broken = linksOf(page).filter(link => {
      const isOurs = ours.test(link);
      if (!isOurs && /^https?:/.test(link)) return repository.test(link);
      const [path, anchor] = (isOurs ? link.replace(ours, '') : link).split('#');
      const target = path === '' ? file : isOurs ? path : relative(root, join(root, dirname(file), path));
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(read(target)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

function pages(): string[] {
  const inRoom = (room: string) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map(file => join(room, file));
  return [...readdirSync(root), ...inRoom('docs'), ...inRoom('simulator'), ...inRoom('examples')].filter(file => file.endsWith('.md') && !file.includes('node_modules'));
}

describe('docs/troubleshooting.md', () => {
  const page = plain(read('docs/troubleshooting.md'));

  it('has every message of the handler', () => {
    const messages = sources('lambda').flatMap(sentencesIn);
    expect(messages.length).toBeGreaterThan(30);
    expect(messages.filter(message => !page.includes(message.replace(/(?<=The property )\w+/, '…')))).toEqual([]);
  });

  it('has every cure', () => {
    const cures = [...read('lambda/copy/failure-hint.ts').matchAll(/^ {4}'(.*)'\],$/gm)].map(([, cure]) => plain(cure.replaceAll('\\\'', '\'')));
    expect(cures.length).toBeGreaterThan(10);
    expect(cures.filter(cure => !page.includes(cure))).toEqual([]);
  });

  it('has every warning, and every prop that an error at synthesis names', () => {
    const text = sources('src').map(({ text: each }) => each).join('\n');
    const names = [...text.matchAll(/(?:warn|invalidProp)\([^,]+, '(\w+)'/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter(name => !page.includes(name))).toEqual([]);
  });
});

function sources(room: string): ts.SourceFile[] {
  const files = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
  return files.map(file => ts.createSourceFile(file, read(join(room, file)), ts.ScriptTarget.Latest, true));
}

/** Of each text that reads like a sentence, of four words or more, the longest part that is always the same. */
function sentencesIn(source: ts.SourceFile): string[] {
  if (source.fileName.endsWith('failure-hint.ts')) return [];
  const sentences: string[] = [];
  const visit = (node: ts.Node): void => {
    const texts = textsOf(node);
    if (!texts) return ts.forEachChild(node, visit);
    const end = texts.findIndex(text => /\.( |$)/.test(text));
    const first = end < 0 ? texts : [...texts.slice(0, end), texts[end].slice(0, texts[end].indexOf('.') + 1)];
    const longest = first.map(text => plain(text).trim()).reduce((one, other) => (other.length > one.length ? other : one), '');
    if (longest.split(' ').length >= 4 && /^[A-Z]|\.$/.test(longest)) sentences.push(longest);
  };
  visit(source);
  return sentences;
}

/** What is always the same in a text, however many lines it is written in; undefined for what is none. */
function textsOf(node: ts.Node): string[] | undefined {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textsOf(node.left), textsOf(node.right)];
  return left && right && [...left, ...right];
}
