import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * What Construct Hub asks of a package before it shows it, and what its pages are made of. Which files are published is in packed-package.test.ts, the README's links are in documents.test.ts.
 *
 * See https://github.com/cdklabs/construct-hub: src/package-sources/npmjs/packument-processing.lambda-shared.ts,
 * src/backend/ingestion/ingestion.lambda.ts.
 */

const root = join(__dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const assembly = JSON.parse(read('.jsii'));
const readme = read('README.md');
const [, owner, name] = /REPOSITORY = { owner: '([^']+)', name: '([^']+)' }/.exec(read('.projenrc.ts'))!;
const repository = `https://github.com/${owner}/${name}`;

it('is found: a jsii module with the keywords of AWS CDK', () => {
  expect(manifest.jsii).toBeDefined();
  expect(manifest.keywords).toEqual(expect.arrayContaining(['aws-cdk', 'awscdk', 'cdk']));
});

it('has a licence that the Hub allows', () => {
  expect(manifest.license).toMatch(/^(Apache-.*|BSD-.*|CDDL-.*|EPL-.*|ISC|MIT.*|MPL-2\.0)$/);
});

it('is in .jsii what it is in package.json', () => {
  const told = ({ name: packageName, version, license, description, homepage, author, keywords }: typeof manifest) =>
    ({ packageName, version, license, description, homepage, author: author.name, keywords: [...keywords].sort() });
  expect(told(assembly)).toEqual(told(manifest));
  expect(assembly.repository).toEqual(manifest.repository);
  expect(assembly.docs.stability).toBe(manifest.stability);
  expect(assembly.readme.markdown.trim()).toBe(readme.trim());
});

it('is for AWS CDK 2', () => {
  expect(assembly.dependencies).toEqual(manifest.peerDependencies);
  expect(assembly.dependencies['aws-cdk-lib']).toMatch(/^\^2\./);
});

it('has packages in all languages, with the coordinates of the one repository', () => {
  expect(manifest.repository.url).toBe(`${repository}.git`);
  expect(manifest.homepage).toBe(repository);
  expect(assembly.targets).toEqual({ js: { npm: manifest.name }, ...manifest.jsii.targets });
  expect(manifest.jsii.targets).toEqual({
    java: { package: `io.github.${owner.replaceAll('-', '')}`, maven: { groupId: `io.github.${owner}`, artifactId: manifest.name } },
    python: { distName: manifest.name, module: manifest.name.replaceAll('-', '_') },
    dotnet: { namespace: 'CdkBackupCopyJob', packageId: 'CdkBackupCopyJob' },
    go: { moduleName: `github.com/${owner}/${name}-go` },
  });
});
