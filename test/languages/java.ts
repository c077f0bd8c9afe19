import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Language } from './language';
import { run } from './run';

/** Downloads go there, too. */
const localRepository = (room: string) => join(room, '..', 'maven');

export const JAVA: Language = {
  name: 'java',
  tools: ['javac', 'jar', 'mvn'],
  app: 'src/main/java/example/DisasterRecoveryCopy.java',
  samples: {
    file: 'src/main/java/example/Samples.java',
    command: 'mvn -q compile',
    program: samples => `
package example;

import io.github.cdkbackupcopyjob.*;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.*;
import software.amazon.awscdk.customresources.*;
import software.amazon.awscdk.services.backup.*;
import software.amazon.awscdk.services.ec2.*;
import software.amazon.awscdk.services.iam.*;
import software.amazon.awscdk.services.kms.*;
import software.amazon.awscdk.services.logs.*;

class Samples extends Stack {
    String arn;
    Map<String, String> metadata;
    IBackupVault source, destination;
${samples.map((sample, index) => `
    void sample${index}() {
${sample
// Declared only.
  .replaceAll(/^(\w+ \w+);$/gm, '$1 = null;')
// Among those above.
  .replaceAll(/^import .*$/gm, '')}
    }
`).join('')}
}
`,
  },
  install: (room, packages) => cpSync(packages, localRepository(room), { recursive: true }),
  environment: room => ({
    MAVEN_OPTS: `${process.env.MAVEN_OPTS ?? ''} -Dmaven.repo.local=${localRepository(room)} -Djava.io.tmpdir=${tmpdir()} -XX:TieredStopAtLevel=1`,
  }),
  // Maven's own, on standard output; the stack traces come after it.
  errorLine: output => output[0],
  unpack(packages, folder) {
    mkdirSync(folder);
    const jar = readdirSync(packages, { recursive: true, encoding: 'utf8' }).find(file => file.endsWith('-sources.jar'))!;
    run('jar', ['--extract', '--file', join(packages, jar)], { cwd: folder });
  },
};
