import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser, onWarningStopParsing } from '@xmldom/xmldom';

const root = join(__dirname, '..');
const pictures = join(root, 'docs/pictures');
const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const namesIn = (where: string, ending: string) => readdirSync(where).filter(name => name.endsWith(ending));
const read = (where: string, name: string) => readFileSync(join(where, name), 'utf8');

it('are those that their sources draw: npm run pictures', () => {
  execFileSync(join(root, 'node_modules/.bin/tsx'), [join(root, 'projenrc/pictures.ts'), folder]);
  const drawn = namesIn(folder, '.svg');
  expect(drawn).toHaveLength(namesIn(pictures, '.dot').length);
  expect(namesIn(pictures, '.svg')).toEqual(drawn);
  for (const name of drawn) expect(read(pictures, name)).toBe(read(folder, name));
});

describe.each(namesIn(pictures, '.svg'))('%s', name => {
  const svg = read(pictures, name);

  it('is well-formed, draws, and does nothing else', () => {
    const elements = [...new DOMParser({ onError: onWarningStopParsing }).parseFromString(svg, 'image/svg+xml').getElementsByTagName('*')];
    const drawing = ['svg', 'style', 'g', 'title', 'path', 'polygon', 'text'];
    expect(elements.map(({ tagName }) => tagName).filter(tag => !drawing.includes(tag))).toEqual([]);
    const attributes = elements.flatMap(element => [...element.attributes].map(attribute => attribute.name));
    expect(attributes.filter(attribute => /^on|href$|src$/i.test(attribute))).toEqual([]);
  });

  it('refers to nothing outside', () => {
    expect(svg.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/\w:\/\/|url\(|@import|<!(?!--)/);
  });
});
