import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTRIBUTE_NAMES } from '../src/contract';

/*
 * Every field that DescribeCopyJob gives of a copy job is an attribute, or API.md says why not.
 */

/** By another name. */
const RENAMED: Readonly<Record<string, string>> = { State: 'CopyJobState' };

const models = join(require.resolve('@aws-sdk/client-backup/package.json'), '../dist-types/models');
const source = readdirSync(models).filter(file => file.endsWith('.d.ts')).map(file => readFileSync(join(models, file), 'utf8')).join('\n');
const fields = ((body: string) => [...body.slice(0, body.indexOf('\n}')).matchAll(/^ {4}(\w+)\?:/gm)].map(([, name]) => name))(
  source.slice(source.indexOf('export interface CopyJob {')));

const [, told] = /not attributes of it: ([^]*?)\n\n/.exec(readFileSync(join(__dirname, '../API.md'), 'utf8'))!;
const excused = [...told.matchAll(/`(\w+)`/g)].map(([, name]) => name);

it.each(fields)('%s is an attribute, or told not to be one', field => {
  const isAttribute = (ATTRIBUTE_NAMES as readonly string[]).includes(RENAMED[field] ?? field);
  expect({ field, isAttribute }).toEqual({ field, isAttribute: !excused.includes(field) });
});

it('what is told not to be one is a field', () => {
  expect(fields.length).toBeGreaterThan(20);
  expect(excused.filter(field => !fields.includes(field))).toEqual([]);
});
