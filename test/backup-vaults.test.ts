import { Annotations as CdkAnnotations, App, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { BackupVault, IBackupVault } from 'aws-cdk-lib/aws-backup';
import { COPY_TYPE, copyJob, DR, ENV, SNAPSHOT } from './sample-job';

const PROD = 'arn:aws:backup:us-east-1:111122223333:backup-vault:prod';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

const named = (name: string, id = 'Named', scope = stack) => BackupVault.fromBackupVaultName(scope, id, name);
const withArn = (arn: string, id = 'WithArn', scope = stack) => BackupVault.fromBackupVaultArn(scope, id, arn);

interface Places {
  readonly source?: IBackupVault;
  readonly destination?: IBackupVault;
  readonly recoveryPointArn?: string;
}

function copy({ source, destination, recoveryPointArn = SNAPSHOT }: Places, scope = stack): Template {
  copyJob(scope, {
    recoveryPointArn,
    sourceBackupVault: source ?? named('prod', 'Source', scope),
    destinationBackupVault: destination ?? named('dr', 'Destination', scope),
  });
  return Template.fromStack(scope);
}

function expectProperties(template: Template, properties: object) {
  template.hasResourceProperties(COPY_TYPE, properties);
}

describe('a vault', () => {
  it('in the stack\'s Region is copied from by its name', () => {
    expectProperties(copy({ source: named('prod') }), { SourceBackupVaultName: 'prod', SourceRegion: 'us-east-1' });
  });

  it('that AWS made for Amazon EFS is copied from', () => {
    expectProperties(copy({ source: named('aws/efs/automatic-backup-vault'), recoveryPointArn: 'arn:aws:backup:us-east-1:111122223333:recovery-point:1' }),
      { SourceBackupVaultName: 'aws/efs/automatic-backup-vault' });
  });

  it('in another Region is copied from there', () => {
    expectProperties(copy({ source: withArn(DR), recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0' }),
      { SourceBackupVaultName: 'dr', SourceRegion: 'eu-west-1' });
  });

  it.each([
    ['the stack\'s Region', 'arn:aws:backup:us-east-1:111122223333:backup-vault:dr'],
    ['another Region', DR],
    ['another account', 'arn:aws:backup:us-east-1:444455556666:backup-vault:dr'],
    ['another Region and account', 'arn:aws:backup:eu-west-1:444455556666:backup-vault:dr'],
    ['another account under the source\'s name', 'arn:aws:backup:us-east-1:444455556666:backup-vault:prod'],
    ['another Region under the source\'s name', 'arn:aws:backup:eu-west-1:111122223333:backup-vault:prod'],
  ])('in %s is copied to', (_where, arn) => {
    expectProperties(copy({ destination: withArn(arn) }), { DestinationBackupVaultArn: arn });
  });

  it('of the stack itself is copied to, in order', () => {
    const vault = new BackupVault(stack, 'Vault');
    expectProperties(copy({ destination: vault }), {
      DestinationBackupVaultArn: { 'Fn::GetAtt': [stack.getLogicalId(vault.node.defaultChild as never), 'BackupVaultArn'] },
    });
  });

  it.each(['ab', 'A-z_0-9', 'v'.repeat(50)])('may be named \'%s\'', name => {
    expectProperties(copy({ source: named(name) }), { SourceBackupVaultName: name });
  });

  describe.each(['sourceBackupVault', 'destinationBackupVault'] as const)('as %s', prop => {
    const copyWith = (vault: IBackupVault) => copy(prop === 'sourceBackupVault' ? { source: vault } : { destination: vault });

    it.each(['a', 'v'.repeat(51), 'my vault', 'vault.1', 'väult'])('is refused when it is named \'%s\'', name => {
      expect(() => copyWith(named(name))).toThrow(new Error(`S/Copy: ${prop} is '${name}', but a backup vault name has 2 to 50 characters out of `
        + 'letters, digits, hyphens and underscores. Take the name from the vault\'s page in AWS Backup.'));
    });

    it.each([
      ['another service', 'arn:aws:glacier:us-east-1:111122223333:backup-vault:other'],
      ['another type of resource', 'arn:aws:backup:us-east-1:111122223333:backup-plan:other'],
      ['a short account', 'arn:aws:backup:us-east-1:1111:backup-vault:other'],
      ['another partition than AWS has', 'arn:azure:backup:us-east-1:111122223333:backup-vault:other'],
    ])('is refused when its ARN is that of %s', (_what, arn) => {
      expect(() => copyWith(withArn(arn))).toThrow(new Error(`S/Copy: ${prop} is '${arn}', but a backup vault has an ARN of the form `
        + 'arn:partition:backup:region:account:backup-vault:name. Take it from the vault\'s page in AWS Backup.'));
    });

    it('is refused when what is literal in its ARN is not that of a vault', () => {
      expect(() => copyWith(withArn(`arn:${Aws.PARTITION}:backup:us-east-1:${Aws.ACCOUNT_ID}:backup-plan:other`)))
        .toThrow(/^S\/Copy: \w+ is '[^']+', but a backup vault has an ARN of the form /);
    });

    it.each([['nothing', undefined], ['null', null], ['a name', 'prod']])('is refused when it is %s', (_what, value) => {
      expect(() => copyJob(stack, { [prop]: value })).toThrow(new Error(`S/Copy: ${prop} is '${value ?? undefined}', but it must be a backup vault. `
        + 'Use e.g. BackupVault.fromBackupVaultName(this, \'Vault\', \'name\').'));
    });

    it.each([
      ['Region', 'arn:aws:backup::111122223333:backup-vault:other'],
      ['account', 'arn:aws:backup:us-east-1::backup-vault:other'],
    ])('is refused when its ARN has no %s', (part, arn) => {
      expect(() => copyWith(withArn(arn))).toThrow(new Error(`S/Copy: ${prop} is '${arn}', but the vault's ARN names no ${part}. `
        + 'Use arn:partition:backup:region:account:backup-vault:name, or BackupVault.fromBackupVaultName.'));
    });

    it('passes when its name is a token', () => {
      expect(() => copyWith(named(new CfnParameter(stack, 'Name').valueAsString))).not.toThrow();
    });

    it('passes when its ARN is a token', () => {
      expect(() => copyWith(withArn(new CfnParameter(stack, 'Arn').valueAsString))).not.toThrow();
    });
  });
});

describe('source and destination', () => {
  const warnings = (of: Stack) => Annotations.fromStack(of).findWarning('*', Match.stringLikeRegexp('the destinationBackupVault is the source vault \'prod\''))
    .map(({ id }) => id);

  it('are a warning on the job when they are one construct, and copy all the same', () => {
    const vault = named('prod');
    copy({ source: vault, destination: vault });
    expect(warnings(stack)).toEqual(['/S/Copy']);
  });

  it('are a warning when they have one ARN', () => {
    copy({ source: withArn(PROD, 'A'), destination: withArn(PROD, 'B') });
    expect(warnings(stack)).toEqual(['/S/Copy']);
  });

  it('are a warning when they have one name in a stack without an environment', () => {
    const agnostic = new Stack(new App(), 'S');
    copy({ source: named('prod', 'A', agnostic), destination: named('prod', 'B', agnostic) }, agnostic);
    expect(warnings(agnostic)).toEqual(['/S/Copy']);
  });

  it('are a warning when one is given by its name and the other by its ARN', () => {
    copy({ source: named('prod'), destination: withArn(PROD) });
    expect(warnings(stack)).toEqual(['/S/Copy']);
  });

  it('are no warning any more that is acknowledged', () => {
    const vault = named('prod');
    CdkAnnotations.of(stack).acknowledgeWarning('cdk-backup-copy-job:sameVault', 'it is encrypted anew');
    copy({ source: vault, destination: vault });
    expect(warnings(stack)).toEqual([]);
  });

  it('pass when only the deployment can tell that they are one', () => {
    const agnostic = new Stack(new App(), 'S');
    expect(() => copy({ source: named('prod', 'A', agnostic), destination: withArn(PROD, 'B', agnostic) }, agnostic)).not.toThrow();
  });
});

describe('the source vault', () => {
  it('is refused in another account than the stack', () => {
    const arn = 'arn:aws:backup:us-east-1:444455556666:backup-vault:prod';
    expect(() => copy({ source: withArn(arn) })).toThrow(new Error(`S/Copy: sourceBackupVault is '${arn}', but AWS Backup starts a copy only in `
      + 'the account of the source vault, and the stack\'s account is 111122223333. Deploy the job in a stack of the vault\'s account.'));
  });

  it('passes in any account when the stack\'s is not known', () => {
    const agnostic = new Stack(new App(), 'S');
    expect(() => copy({ source: withArn(PROD, 'A', agnostic) }, agnostic)).not.toThrow();
  });

  it('is refused in another Region than the recovery point', () => {
    const arn = 'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0';
    expect(() => copy({ recoveryPointArn: arn })).toThrow(new Error(`S/Copy: recoveryPointArn is '${arn}', but the source vault 'prod' is in `
      + 'us-east-1. Give the vault that holds the recovery point, for instance with BackupVault.fromBackupVaultArn.'));
  });

  it('passes with a recovery point of any Region when the vault\'s is not known', () => {
    const agnostic = new Stack(new App(), 'S');
    expect(() => copy({ recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0' }, agnostic)).not.toThrow();
  });
});

describe('partitions', () => {
  const CHINA = 'arn:aws-cn:backup:us-east-1:111122223333:backup-vault:china';
  const message = (prop: string, arn: string, partition: string) => new Error(`S/Copy: ${prop} is '${arn}', but the recovery point or the stack is `
    + `in the partition '${partition}'. AWS Backup copies within one partition only.`);

  it('of source vault and recovery point must agree', () => {
    expect(() => copy({ source: withArn(CHINA) })).toThrow(message('sourceBackupVault', CHINA, 'aws'));
  });

  it('of destination vault and recovery point must agree', () => {
    expect(() => copy({ destination: withArn(CHINA) })).toThrow(message('destinationBackupVault', CHINA, 'aws'));
  });

  it('of vault and stack must agree where the recovery point is a token', () => {
    const literal = new Stack(new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } }), 'S', { env: ENV });
    const recoveryPointArn = new CfnParameter(literal, 'RecoveryPoint').valueAsString;
    expect(() => copy({ recoveryPointArn, destination: withArn(CHINA, 'China', literal) }, literal))
      .toThrow(message('destinationBackupVault', CHINA, 'aws'));
  });

  it.each([['aws-cn', 'cn-north-1', 'cn-northwest-1'], ['aws-us-gov', 'us-gov-west-1', 'us-gov-east-1']])('may be %s throughout', (partition, from, to) => {
    const there = new Stack(new App(), 'S', { env: { ...ENV, region: from } });
    const arn = `arn:${partition}:backup:${to}:111122223333:backup-vault:dr`;
    expectProperties(copy({
      recoveryPointArn: `arn:${partition}:ec2:${from}::snapshot/snap-0123456789abcdef0`,
      destination: withArn(arn, 'Elsewhere', there),
    }, there), { DestinationBackupVaultArn: arn });
  });
});
