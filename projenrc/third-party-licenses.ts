import { readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';

/*
 * third-party-licenses METAFILE OUTPUT: the licences of every package that esbuild put into the bundle, in the packages' own words.
 */

interface Metafile {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
}

/** The folders of the packages that left bytes in the bundle. */
function bundledPackages({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const folders = files.map(([file]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(folder => folder !== undefined);
  return [...new Set(folders)].sort();
}

function headline(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})`;
}

function licenseText(folder: string): string {
  const files = readdirSync(folder).filter(file => /^(licen[cs]e|notice|copyright)/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${folder} is bundled and has no licence file. Find its licence before it is shipped.`);
  return files.map(file => readFileSync(join(folder, file), 'utf8').trimEnd()).join('\n\n');
}

function report(folders: string[]): string {
  const texts = [...new Set(folders.map(licenseText))];
  const sections = texts.map(text => [...folders.filter(folder => licenseText(folder) === text).map(headline), '', text, ''].join('\n'));
  return ['The handler, assets/lambda/index/index.js, contains code of these packages.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}

const [metafile, output] = process.argv.slice(2);
writeFileSync(output, report(bundledPackages(JSON.parse(readFileSync(metafile, 'utf8')))));
