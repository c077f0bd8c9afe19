import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
    for (const file of ['package.json', '.jsii', '.jsii.gz'].map(each => join(root, assembly, each)).filter(existsSync)) {
      cpSync(file, join(folder, assembly, file.slice(dirname(file).length + 1)));
    }
  }
  const documentation = await Documentation.forAssembly(name, folder);
  writeFileSync(join(root, 'API.md'), (await documentation.toMarkdown({ language: Language.TYPESCRIPT, allSubmodules: true })).render());
}

main().finally(() => rmSync(folder, { recursive: true, force: true })).catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
