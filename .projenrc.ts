import { awscdk, javascript, JsonFile, release } from 'projen';

/** The public repository: to be confirmed before the first publish. All package coordinates that name an owner derive from it. */
const REPOSITORY = { owner: 'cdk-backup-copy-job', name: 'cdk-backup-copy-job' };
const REPOSITORY_URL = `https://github.com/${REPOSITORY.owner}/${REPOSITORY.name}`;

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-backup-copy-job',
  description: 'A CDK construct that copies an AWS Backup recovery point exactly once, as part of a deployment.',
  author: 'cdk-backup-copy-job contributors',
  authorAddress: REPOSITORY_URL,
  repositoryUrl: `${REPOSITORY_URL}.git`,
  homepage: REPOSITORY_URL,
  license: 'Apache-2.0',
  // Until it has run in an AWS account.
  stability: 'experimental',
  copyrightOwner: 'cdk-backup-copy-job contributors',
  keywords: ['aws-cdk', 'awscdk', 'cdk', 'aws-backup', 'backup', 'copy-job', 'recovery-point', 'disaster-recovery'],
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  // Up to 2.232 the provider framework names the waiter's execution after the RequestId, which CloudFormation uses again when a failed deployment is retried:
  // ExecutionAlreadyExists, a deployment that fails for nothing (aws-cdk issue 35957, pull request 35988).
  cdkVersion: '2.233.0',
  constructsVersion: '10.4.2',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.16.0',
  workflowNodeVersion: '24',
  bumpPackage: 'commit-and-tag-version@^12',
  // What each registry must be told once is in docs/releasing.md.
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  // It runs with the registries' credentials.
  jsiiReleaseVersion: '0.2.1061',
  npmTrustedPublishing: true,
  publishToPypi: { distName: 'cdk-backup-copy-job', module: 'cdk_backup_copy_job', trustedPublishing: true },
  publishToMaven: {
    javaPackage: `io.github.${REPOSITORY.owner.replaceAll('-', '')}`,
    // Maven Central gives a group of io.github to the owner of that name.
    mavenGroupId: `io.github.${REPOSITORY.owner}`,
    mavenArtifactId: 'cdk-backup-copy-job',
  },
  publishToNuget: { dotNetNamespace: 'CdkBackupCopyJob', packageId: 'CdkBackupCopyJob', trustedPublishing: true },
  publishToGo: { moduleName: `github.com/${REPOSITORY.owner}/${REPOSITORY.name}-go`, githubUseSsh: true },
  devDeps: [
    '@aws-cdk/integ-runner@2.197.10',
    // The newest that takes the CDK of `cdkVersion`.
    '@aws-cdk/integ-tests-alpha@2.214.0-alpha.0',
    '@aws-sdk/client-backup',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-sfn',
    '@cloud-copilot/iam-simulate',
    '@hpcc-js/wasm-graphviz',
    '@smithy/core',
    '@types/aws-lambda',
    '@xmldom/xmldom',
    'aws-cdk@^2.1148.1',
    'fast-check',
    // The last release that takes the constructs of `constructsVersion`.
    'cdk-nag@2.37.55',
    'node22@npm:node@^22',
    'node24@npm:node@^24',
    'selfsigned',
    'tsx',
  ],
  bundlerOptions: { esbuildVersion: '^0.28.2' },
  eslintOptions: { dirs: ['src', 'lambda', 'simulator'], devdirs: ['test', 'examples'] },
  tsconfigDev: {
    include: ['../lambda/**/*.ts', '../simulator/**/*.ts', '../examples/**/*.ts'],
    compilerOptions: { paths: { 'cdk-backup-copy-job': ['../src'] } },
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      collectCoverage: false,
      maxWorkers: 2,
      // They have a command of their own.
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/large/', '<rootDir>/test/languages/'],
      // Against what hangs; no machine is too slow for it.
      testTimeout: 30 * 60_000,
      globalSetup: '<rootDir>/test/temporary-folder/make.ts',
      globalTeardown: '<rootDir>/test/temporary-folder/remove.ts',
      moduleNameMapper: { '^cdk-backup-copy-job$': '<rootDir>/src' },
    },
  },
  gitignore: ['/cdk.out/', '/tmp/', '.jsii.tabl.json', '/THIRD-PARTY-LICENSES'],
  githubOptions: { pullRequestLint: false },
  buildWorkflowOptions: { mutableBuild: false },
  pullRequestTemplateContents: [
    '<!-- What changes for a user, and why. CONTRIBUTING.md says how a change of behaviour goes. -->',
    '',
    '- [ ] A test or story that failed before',
    '- [ ] CHANGELOG.md, where a user sees something',
    '- [ ] `npm test`; after a change of a template `npm run integ:snapshots`',
    '',
    'Fixes #',
  ],
});

// Only the environment's credentials exist in a Lambda function, so no other provider is bundled.
project.bundler.addBundle('lambda/index.ts', {
  platform: 'node',
  target: 'node24',
  minify: true,
  sourcemap: false,
  mainFields: ['module', 'main'],
  externals: [
    ...['sso', 'ini', 'process', 'web-identity', 'http', 'login'].map(name => `@aws-sdk/credential-provider-${name}`),
    '@smithy/credential-provider-imds',
    '@aws-sdk/token-providers',
    // The runtime's own SDK has it, and it is seldom needed.
    '@aws-sdk/client-cloudformation',
  ],
  // Says which packages are in the bundle.
  esbuildArgs: { '--metafile': 'tmp/bundle.json' },
});
project.bundler.bundleTask.exec('tsx projenrc/third-party-licenses.ts tmp/bundle.json THIRD-PARTY-LICENSES');

// Which way imports run: see ARCHITECTURE.md.
project.eslint?.addRules({
  'import/no-restricted-paths': ['error', {
    zones: [
      { target: './src', from: ['./lambda', './simulator', './test'] },
      { target: './lambda', from: './src', except: ['contract.ts'] },
      { target: './lambda', from: ['./simulator', './test'] },
      { target: './lambda/copy', from: ['./lambda/index.ts', './lambda/on-event.ts', './lambda/is-complete.ts'] },
      { target: './lambda/aws', from: ['./lambda/index.ts', './lambda/on-event.ts', './lambda/is-complete.ts', './lambda/copy'] },
      { target: './lambda/messages', from: ['./lambda/index.ts', './lambda/on-event.ts', './lambda/is-complete.ts', './lambda/copy', './lambda/aws'] },
      { target: './simulator', from: ['./src', './lambda', './test'] },
    ],
  }],
});

project.eslint?.allowDevDeps('lambda/**');
project.eslint?.allowDevDeps('simulator/**');

// They import the package by its name, as its users do; tsc knows where that is.
project.eslint?.addOverride({ files: ['examples/**', 'test/judged-apps/**', 'test/integ/**'], rules: { 'import/no-unresolved': 'off' } });

// Editors and eslint take the nearest tsconfig.json of a file; `tsc` checks them all at once through test/tsconfig.json.
for (const dir of ['lambda', 'simulator', 'examples']) {
  new JsonFile(project, `${dir}/tsconfig.json`, { obj: { extends: '../test/tsconfig.json', include: ['**/*.ts'] } });
}

// What is released is on main.
project.tryFindObjectFile('.github/workflows/release.yml')?.addOverride('jobs.release.if', 'github.ref == \'refs/heads/main\'');

// The tests for an AWS account: see docs/integration-tests.md.
new JsonFile(project, 'integ.config.json', {
  obj: { directory: 'test/integ', language: ['typescript'], app: 'tsx --tsconfig test/tsconfig.json {filePath}' },
  marker: false,
});
// The runner leaves the asset of its own assertions, 2 MB.
project.gitignore.exclude('/test/integ/*.snapshot/asset.*');
project.gitattributes.addAttributes('/test/integ/*.snapshot/**', 'linguist-generated');
project.package.setScript('integ:snapshots', 'projen bundle && integ-runner');

// The tests deploy the real bundle and look into the packed package.
project.testTask.prependSpawn(project.compileTask);
project.testTask.prependSpawn(project.preCompileTask);
project.testTask.exec('tsc --project test/tsconfig.json');
// Of what the library is compiled with: see there.
project.tasks.tryFind('docgen')?.reset('tsx projenrc/api.ts');
// README's samples compile.
project.postCompileTask.exec('jsii-rosetta extract --strict --compile --fail');
project.package.setScript('test:large', 'projen bundle && jest --testPathIgnorePatterns /node_modules/ -- test/large');
project.package.setScript('pictures', 'tsx projenrc/pictures.ts');
// Packages hold what these make.
const made = 'projen bundle && projen compile && projen post-compile';
project.package.setScript('test:languages', `${made} && jest --testPathIgnorePatterns /node_modules/ -- test/languages`);
project.package.setScript('simulate', 'tsx simulator/main.ts');
project.package.setScript('demo', 'tsx simulator/demo.ts');
project.package.setScript('soak', 'projen bundle && tsx test/soak/main.ts');
project.annotateGenerated('/docs/pictures/*.svg');
// The handler's source is packed for those who review what deletes backups.
project.npmignore?.exclude('/ARCHITECTURE.md', '/CONTRIBUTING.md', '/docs/', '/lambda/tsconfig.json', '/simulator/', '/examples/', '/benchmark/', '/rosetta/', '/.ci/', '/tmp/');
project.npmignore?.exclude('/integ.config.json', '/.editorconfig');
project.package.addPackageResolutions('unrs-resolver@1.12.2');

project.synth();
