import { App, Annotations as CdkAnnotations, Aws, Lazy, NestedStack, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { AccountRootPrincipal, CompositePrincipal, IPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { copyJob, DR, ENV, synthesized, vaultIn } from './sample-job';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'S', { env: ENV });
});

/** Newer releases of the CDK have warnings of their own. */
const warnings = (of = stack) => Annotations.fromStack(of).findWarning('*', Match.stringLikeRegexp('ack: cdk-backup-copy-job:')).map(({ id, entry }) => [id, entry.data]);

describe('a copy of a copy', () => {
  it('is taken from the vault where that is', () => {
    const first = copyJob(stack, {}, 'First');
    expect(() => copyJob(stack, { recoveryPointArn: first.destinationRecoveryPointArn, sourceBackupVault: vaultIn(stack, 'eu-west-1') }, 'Second')).not.toThrow();
  });

  it('is refused from another vault', () => {
    const first = copyJob(stack, {}, 'First');
    expect(() => copyJob(stack, { recoveryPointArn: first.destinationRecoveryPointArn }, 'Second')).toThrow(new Error(
      "S/Second: sourceBackupVault is 'prod', but the recovery point is the copy of S/First, "
      + "which is in the vault 'dr' in eu-west-1. Give that vault."));
  });

  it('is refused when another attribute is taken for its ARN, in another stack, too', () => {
    const first = copyJob(stack, {}, 'First');
    const other = new Stack(stack.node.root as App, 'Other', { env: ENV });
    expect(() => copyJob(other, { recoveryPointArn: first.copyJobId, sourceBackupVault: vaultIn(other, 'eu-west-1') }, 'Second')).toThrow(new Error(
      "Other/Second: recoveryPointArn is 'S/First's CopyJobId', but that is no recovery point. Use its destinationRecoveryPointArn."));
  });
});

describe('the very same copy', () => {
  it('is a warning for the second job, that can be acknowledged', () => {
    copyJob(stack, {}, 'One');
    const two = copyJob(stack, {}, 'Two');
    expect(warnings()).toEqual([['/S/Two', expect.stringMatching(/^S\/One copies the same recovery point to the same vault, so there will be two copies\./)]]);
    CdkAnnotations.of(two).acknowledgeWarning('cdk-backup-copy-job:sameCopy');
    expect(warnings()).toEqual([]);
  });

  it('is none with a token of its own, nor to another vault', () => {
    copyJob(stack, {}, 'One');
    copyJob(stack, { idempotencyToken: 'again' }, 'Two');
    copyJob(stack, { destinationBackupVault: vaultIn(stack, 'eu-central-1') }, 'Three');
    expect(warnings()).toEqual([]);
  });
});

describe('a vault of the app that goes with its stack', () => {
  const { DESTROY, RETAIN } = RemovalPolicy;
  it.each([[DESTROY, RETAIN, 1], [DESTROY, DESTROY, 0], [RETAIN, RETAIN, 0]])('(vault %s, copy %s) is a warning: %d', (ofVault, removalPolicy, count) => {
    const destinationBackupVault = new BackupVault(stack, 'Vault', { removalPolicy: ofVault });
    copyJob(stack, { destinationBackupVault, removalPolicy });
    expect(warnings()).toHaveLength(count);
    if (count) expect(warnings()[0]).toEqual(['/S/Copy', expect.stringMatching(/the vault S\/Vault that it is in goes with its stack/)]);
  });
});

describe('a vault or role that stays by what is said later', () => {
  it('is no warning', () => {
    const vault = new BackupVault(stack, 'Vault', { removalPolicy: RemovalPolicy.DESTROY });
    copyJob(stack, { destinationBackupVault: vault, role: roleBy(new ServicePrincipal('backup.amazonaws.com')) });
    RemovalPolicies.of(stack).retain();
    expect(warnings()).toEqual([]);
  });
});

const roleBy = (assumedBy: IPrincipal, scope = stack) => new Role(scope, 'Mine', { assumedBy });

describe('a role of the app', () => {
  const backup = new ServicePrincipal('backup.amazonaws.com');

  it('that goes with the stack is a warning, in a nested stack, too', () => {
    copyJob(stack, { role: roleBy(backup) }, 'One');
    copyJob(new NestedStack(stack, 'Nested'), { role: stack.node.findChild('Mine') as Role }, 'Two');
    const warning = (path: string) => [path, expect.stringMatching(/the role S\/Mine goes with its stack/)];
    expect(warnings()).toEqual([warning('/S/One'), warning('/S/Nested/Two')]);
  });

  it('that stays, or is of another stack, is none', () => {
    roleBy(backup).applyRemovalPolicy(RemovalPolicy.RETAIN);
    copyJob(stack, { role: stack.node.findChild('Mine') as Role }, 'One');
    const other = new Stack(stack.node.root as App, 'Other', { env: ENV });
    copyJob(other, { role: stack.node.findChild('Mine') as Role }, 'Two');
    expect(warnings()).toEqual([]);
    expect(warnings(other)).toEqual([]);
  });

  it.each([
    ['another service', new ServicePrincipal('lambda.amazonaws.com')],
    ['an account', new AccountRootPrincipal()],
  ])('that AWS Backup may not assume, but %s, is an error', (_who, principal) => {
    copyJob(stack, { role: roleBy(principal) });
    expect(() => synthesized(stack)).toThrow("[S/Copy] role is 'S/Mine', but AWS Backup may not assume it. "
      + "Let its assumedBy be, or have beside others, new ServicePrincipal('backup.amazonaws.com').");
  });

  it.each([
    ['AWS Backup', backup],
    ['several services', new CompositePrincipal(new ServicePrincipal('lambda.amazonaws.com'), backup)],
    ['a service that the deployment names', new ServicePrincipal(`backup.${Aws.URL_SUFFIX}`)],
  ])('may be assumed by %s', (_who, principal) => {
    copyJob(stack, { role: roleBy(principal) });
    expect(() => synthesized(stack)).not.toThrow();
  });

  it('may be told later that AWS Backup assumes it', () => {
    const role = roleBy(new ServicePrincipal('lambda.amazonaws.com'));
    copyJob(stack, { role });
    role.assumeRolePolicy!.addStatements(new PolicyStatement({ actions: ['sts:AssumeRole'], principals: [backup] }));
    expect(() => synthesized(stack)).not.toThrow();
  });
});

describe('what is said only after the job is made', () => {
  it('is not asked for before', () => {
    const later: { arn?: string; source?: string; destination?: string } = {};
    const known = (name: keyof typeof later) => Lazy.string({ produce: () => later[name]!.toString() });
    copyJob(stack, {
      recoveryPointArn: known('arn'),
      sourceBackupVault: BackupVault.fromBackupVaultName(stack, 'Lazy', known('source')),
      destinationBackupVault: BackupVault.fromBackupVaultName(stack, 'LazyToo', known('destination')),
    });
    Object.assign(later, { arn: 'arn:aws:ec2:us-east-1::snapshot/snap-1', source: 'prod', destination: 'dr' });
    expect(warnings()).toEqual([]);
    expect(JSON.stringify(synthesized(stack))).toContain('snapshot/snap-1');
  });
});

it('a vault ARN as some pages of AWS have it is told apart from a slip', () => {
  const arn = DR.replace(':backup-vault:', ':vault:');
  expect(() => copyJob(stack, { destinationBackupVault: BackupVault.fromBackupVaultArn(stack, 'Wrong', arn) }))
    .toThrow(`S/Copy: destinationBackupVault is '${arn}', but the ARN of a backup vault has backup-vault there; some pages of AWS have it wrong.`);
});
