import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Documentation, Language } from 'jsii-docgen';

/*
 * Writes API.md. jsii-docgen takes the last `constructs` that it finds in any folder, and projen brings one that is newer than what
 * users may have; so it is given a folder with the assemblies that the library is compiled with, and no others.
 */

const root = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'api-'));

async function main(): Promise<void> {
  const { name, dependencyClosure } = JSON.parse(readFileSync(join(root, '.jsii'), 'utf8')) as { name: string; dependencyClosure: object };
  for (const assembly of ['.', ...Object.keys(dependencyClosure).map(dependency => join('node_modules', dependency))]) {
    for (const file of ['package.json', '.jsii', '.jsii.gz'].map(each => join(assembly, each))) {
      if (existsSync(join(root, file))) cpSync(join(root, file), join(folder, file));
    }
  }
  const documentation = await Documentation.forAssembly(name, folder);
  writeFileSync(join(root, 'API.md'), (await documentation.toMarkdown({ language: Language.TYPESCRIPT, allSubmodules: true })).render());
}

void main().finally(() => rmSync(folder, { recursive: true, force: true }));
