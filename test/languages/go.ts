import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Language } from './language';
import { run } from './run';

const MODULE = 'github.com/cdk-backup-copy-job/cdk-backup-copy-job-go/cdkbackupcopyjob';

export const GO: Language = {
  name: 'go',
  tools: ['go'],
  app: 'main.go',
  samples: {
    file: 'samples.go',
    command: 'go build -gcflags=-e -o samples .',
    // What jsii-rosetta does not know of Go: arguments that may be left out, pointers to lists, and that attributes are methods.
    tolerated: /^# |^\t|: (not enough arguments in call to |cannot use \[\]\*?[\w.]+\{…\} .* as \*\[\]|cannot use .* \(value of type func\(\) |.*, but does have method )/,
    program: samples => `
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	. "github.com/aws/aws-cdk-go/awscdk/v2"
	backup "github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	. "github.com/aws/aws-cdk-go/awscdk/v2/awsbackup"
	ec2 "github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	. "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	cr "github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"${MODULE}"
	. "${MODULE}"
)
var arn *string
var metadata map[string]*string
var source, destination IBackupVault
${samples.map((sample, index) => `
func sample${index}(this constructs.Construct) {
${sample
// It names types without their package: these cannot be had so, because of names that `awscdk` has, too.
  .replaceAll(/(?<!\.New)\b(RoleProps|IManagedPolicy|IRole|PolicyStatement|PolicyStatementProps)\b/g, 'iam.$1')
  .replaceAll(/\b(AwsCustomResourceProps|AwsSdkCall)\b/g, 'cr.$1')
  .replaceAll(/\bIVpc\b/g, 'ec2.IVpc')
  .replaceAll(/\bILogGroup\b/g, 'logs.ILogGroup')
// Among those above.
  .replaceAll(/^import .*$/gm, '')}
}
`).join('')}
`,
  },
  install(room, packages) {
    run('go', ['mod', 'edit', `-replace=${MODULE}=${join(packages, 'cdkbackupcopyjob')}`], { cwd: room });
    run('go', ['mod', 'tidy'], { cwd: room });
  },
  environment: () => ({}),
  // What closes the runtime on the way out may have said something first.
  errorLine: output => output.find(line => line.includes('panic: ')),
  unpack: (packages, folder) => cpSync(packages, folder, { recursive: true }),
};
