import { Duration, NestedStack, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { copyJob } from './deployment';
import { A, B, Build, copyWith, DESTROY, DR, FORGOTTEN, FRANKFURT, OTHER_ACCOUNT, ownRole, vault } from './stories';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';

/** One operation: a stack to deploy, or the deletion of what is there. */
export interface Step {
  readonly build: Build | 'delete';
  readonly scenario?: object;
}

export type Story = readonly Step[];

const STOCKHOLM = 'arn:aws:backup:eu-north-1:111122223333:backup-vault:dr';
const AIR_GAPPED = 'arn:aws:backup:eu-west-1:111122223333:backup-vault:air-gapped';
const WITH_AIR_GAPPED = { vaults: [{ arn: AIR_GAPPED, type: 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT' }] };

const LONG = { timeout: Duration.hours(3) };
const OTHER_LIFECYCLE = { deleteAfter: Duration.days(30) };

/** Recovery points whose copies have ARNs of other forms. */
const TYPES = {
  EFS: 'backup:us-east-1:111122223333:recovery-point:1',
  AMI: 'ec2:us-east-1::image/ami-0123456789abcdef0',
  RDS: 'rds:us-east-1:111122223333:snapshot:awsbackup:job-1',
  Aurora: 'rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1',
  FSx: 'fsx:us-east-1:111122223333:backup/backup-1',
  DynamoDB: 'dynamodb:us-east-1:111122223333:table/T/backup/1',
  Redshift: 'redshift:us-east-1:111122223333:snapshot:r/awsbackup:1',
  RedshiftServerless: 'redshift-serverless:us-east-1:111122223333:snapshot:r/awsbackup:1',
};

function everyType(props: Partial<OneTimeCopyJobProps> = {}): Build {
  return stack => {
    for (const [id, arn] of Object.entries(TYPES)) copyJob(stack, { recoveryPointArn: `arn:aws:${arn}`, ...props }, id);
  };
}

/** By the stack's own role, also into a vault where every copy has an ARN of AWS Backup's own. */
function toBothKindsOfVault(props: Partial<OneTimeCopyJobProps> = {}): Build {
  return stack => {
    copyJob(stack, props);
    copyJob(stack, { recoveryPointArn: B, destinationBackupVault: vault(stack, AIR_GAPPED), ...props }, 'AirGapped');
  };
}

function toAnotherAccount(stack: Stack): void {
  copyWith({ destinationBackupVault: vault(stack, OTHER_ACCOUNT) }, 'Elsewhere')(stack);
}

/** A copy, its copy, and perhaps that one's. */
function chain(props: Partial<OneTimeCopyJobProps> = {}, hasLast = true): Build {
  return stack => {
    const [dublin, frankfurt, stockholm] = [DR, FRANKFURT, STOCKHOLM].map(arn => vault(stack, arn));
    const { destinationRecoveryPointArn: first } = copyJob(stack);
    const { destinationRecoveryPointArn: second } = copyJob(stack, {
      recoveryPointArn: first, sourceBackupVault: dublin, destinationBackupVault: frankfurt, ...props,
    }, 'Second');
    if (hasLast) {
      copyJob(stack, {
        recoveryPointArn: second, sourceBackupVault: frankfurt, destinationBackupVault: stockholm, removalPolicy: DESTROY, ...props,
      }, 'Last');
    }
  };
}

/** By a provider in a VPC. */
function inVpc(props: Partial<OneTimeCopyJobProps>): Build {
  return stack => {
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], privateSubnetIds: ['subnet-1'] });
    OneTimeCopyJobProvider.getOrCreate(stack, { vpc });
    copyJob(stack, { role: ownRole(stack), ...props });
  };
}

function longAndDestroyed(stack: Stack): void {
  const props = { ...LONG, removalPolicy: DESTROY };
  copyJob(stack, props);
  copyJob(stack, { recoveryPointArn: `arn:aws:${TYPES.EFS}`, ...props }, 'FullyManaged');
  toAnotherAccount(stack);
}

function nested(stack: Stack): void {
  const provider = OneTimeCopyJobProvider.getOrCreate(stack);
  const inner = new NestedStack(stack, 'Nested');
  const role = new Role(inner, 'InnerRole', {
    assumedBy: new ServicePrincipal('backup.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSBackupServiceRolePolicyForBackup')],
  });
  copyJob(inner, { ...LONG, role, provider, removalPolicy: DESTROY });
}

function nestedProvider(props: Partial<OneTimeCopyJobProps> = {}): Build {
  return stack => {
    const inner = new NestedStack(stack, 'Nested');
    copyJob(inner, { role: ownRole(inner), recoveryPointArn: `arn:aws:${TYPES.EFS}`, ...props });
  };
}

/** By a provider whose waiter gives up after 59 attempts, which is before CloudFormation does. */
function askedSeldom(props: Partial<OneTimeCopyJobProps> = {}): Build {
  return stack => {
    OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.seconds(59) });
    copyWith(props)(stack);
  };
}

function unreachable(...invocations: { readonly skip: number; readonly times: number }[]) {
  return { faults: invocations.map(which => ({ service: 'lambda', operation: 'Invoke', kind: 'dropBeforeServing', ...which })) };
}

/** Deployments that together use all that the library's policies allow; only the last operation of each may fail. */
export const STORIES = {
  /** Copies of every type, whose lifecycle changes. */
  types: [{ build: everyType() }, { build: everyType(OTHER_LIFECYCLE) }],
  /** Another lifecycle, which the lock of the air-gapped vault refuses. */
  lifecycle: [
    { build: toBothKindsOfVault(), scenario: WITH_AIR_GAPPED },
    { build: toBothKindsOfVault(OTHER_LIFECYCLE), scenario: WITH_AIR_GAPPED },
  ],
  /** Waited for later, and then longer. */
  longer: [
    { build: inVpc({ waitForCompletion: false }) },
    { build: inVpc({}) },
    { build: inVpc(LONG), scenario: FORGOTTEN },
  ],
  /** Long copies that are deleted by an update which leaves nothing else to look after. */
  deleted: [{ build: longAndDestroyed }, { build: toAnotherAccount }],
  /** Copies of copies, whose lifecycle changes and of which the last is deleted. */
  chain: [{ build: chain() }, { build: chain(OTHER_LIFECYCLE) }, { build: chain(OTHER_LIFECYCLE, false) }],
  /** A long copy in a nested stack, deleted with it. */
  nested: [{ build: nested }, { build: 'delete' }],
  /** A copy in a nested stack by a provider there, whose lifecycle changes. */
  nestedProvider: [{ build: nestedProvider() }, { build: nestedProvider(OTHER_LIFECYCLE) }],
  /** Each handler fails to be reached until the framework asks for its state and tries again; then the waiter reaches nothing. */
  unreachable: [
    { build: askedSeldom() },
    { build: askedSeldom({ recoveryPointArn: B }), scenario: unreachable({ skip: 0, times: 3 }, { skip: 5, times: 3 }) },
    { build: askedSeldom({ recoveryPointArn: A }), scenario: unreachable({ skip: 1, times: 59 }) },
  ],
} satisfies Record<string, Story>;
