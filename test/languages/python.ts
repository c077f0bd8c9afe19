import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Language } from './language';
import { OLDEST_CDK } from './oldest-cdk';
import { run } from './run';

const wheel = (packages: string) => join(packages, readdirSync(packages).find(file => file.endsWith('.whl'))!);
const executables = (room: string) => join(room, '.venv', 'bin');

export const PYTHON: Language = {
  name: 'python',
  tools: ['python3'],
  app: 'app.py',
  samples: {
    file: 'samples.py',
    command: 'python3 samples.py',
    program: samples => `
from aws_cdk import Annotations, App, CfnOutput, Duration, RemovalPolicy, Stack
import aws_cdk.aws_backup as backup
import aws_cdk.aws_ec2 as ec2
import aws_cdk.aws_iam as iam
import aws_cdk.aws_kms as kms
import aws_cdk.aws_logs as logs
import aws_cdk.custom_resources as cr
from cdk_backup_copy_job import OneTimeCopyJob, OneTimeCopyJobProvider

DECLARED = {
    "backup.IBackupVault": lambda self, name: backup.BackupVault.from_backup_vault_name(self, name, name),
    "ec2.IVpc": lambda self, name: ec2.Vpc(self, name),
    "logs.ILogGroup": lambda self, name: logs.LogGroup(self, name),
    "iam.IRole": lambda self, name: iam.Role.from_role_name(self, name, name),
    "kms.IKey": lambda self, name: kms.Key(self, name),
}

app = App()
${samples.map((sample, index) => `
def sample(self):
    metadata = {}
    arn = "arn:aws:backup:us-east-1:111122223333:recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45"
    source, destination = [DECLARED["backup.IBackupVault"](self, name) for name in ("source", "destination")]
${sample
// What a sample declares is a comment there.
  .replaceAll(/^# (\w+): ([\w.]+)$/gm, '$1 = DECLARED["$2"](self, "$1")')
  .replaceAll(/^/gm, '    ')}

sample(Stack(app, "Sample${index}"))
`).join('')}
app.synth()
`,
  },
  install(room, packages) {
    run('python3', ['-m', 'venv', '.venv'], { cwd: room });
    const oldest = Object.entries(OLDEST_CDK).map(([name, version]) => `${name}==${version}`);
    run(join(executables(room), 'pip'), ['install', '--requirement', 'requirements.txt', wheel(packages), ...oldest], { cwd: room });
  },
  environment: room => ({ PATH: `${executables(room)}${delimiter}${process.env.PATH}` }),
  errorLine: output => output.at(-1),
  unpack: (packages, folder) => run('python3', ['-m', 'zipfile', '-e', wheel(packages), folder]),
};
