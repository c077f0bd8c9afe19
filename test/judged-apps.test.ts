import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The apps that judges of templates and policies look at in `.ci/run`, beside the examples: together they use all there is.
 */

const APPS = join(__dirname, 'judged-apps');
const text = readdirSync(APPS).map(file => readFileSync(join(APPS, file), 'utf8')).join('\n');

/** The props of an interface, out of its source. */
function propsOf(file: string, name: string): string[] {
  const source = readFileSync(join(__dirname, '../src', file), 'utf8');
  const body = source.slice(source.indexOf(`export interface ${name} {`));
  return [...body.slice(0, body.indexOf('\n}')).matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, prop]) => prop);
}

it.each([
  ...propsOf('one-time-copy-job-props.ts', 'OneTimeCopyJobProps'),
  ...propsOf('one-time-copy-job-provider.ts', 'OneTimeCopyJobProviderProps'),
])('an app uses the prop %s', prop => {
  expect(text).toMatch(new RegExp(`^\\s+${prop}(:|,$)`, 'm'));
});

it.each(['RemovalPolicy.RETAIN', 'RemovalPolicy.DESTROY', 'CfnParameter', 'StringParameter', 'Lazy', 'destinationRecoveryPointArn', 'NestedStack'])('an app uses %s', what => {
  expect(text).toContain(what);
});
