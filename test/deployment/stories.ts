import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupVault, IBackupVault } from 'aws-cdk-lib/aws-backup';
import { IRole, Role } from 'aws-cdk-lib/aws-iam';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { copyJob, JOB_TYPE } from './deployment';
import { deletionTime } from '../../simulator/backup/lifecycle';
import { RecoveryPoint } from '../../simulator/backup/recovery-points';
import { StackState } from '../../simulator/cloudformation/stack-state';
import { Lifecycle } from '../../simulator/scenario';
import { Ended } from '../../simulator/simulation';
import { OneTimeCopyJobProps } from '../../src';

/*
 * What the stories are told with: A and B are two recovery points that one construct copies, one after the other.
 */

export const A = 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0';
export const B = 'arn:aws:ec2:us-east-1::snapshot/snap-0fedcba9876543210';
export const C = 'arn:aws:ec2:us-east-1::snapshot/snap-0cccccccccccccccc';
export const D = 'arn:aws:ec2:us-east-1::snapshot/snap-0dddddddddddddddd';

export const DR = 'arn:aws:backup:eu-west-1:111122223333:backup-vault:dr';
export const FRANKFURT = 'arn:aws:backup:eu-central-1:111122223333:backup-vault:dr';
export const OTHER_ACCOUNT = 'arn:aws:backup:eu-west-1:444455556666:backup-vault:dr';

export const { RETAIN, DESTROY } = RemovalPolicy;
export const POLICIES = [RETAIN, DESTROY];

/** What a recovery point's copy has that was asked for without a lifecycle. */
export const SOURCE_LIFECYCLE: Lifecycle = { DeleteAfterDays: 365 };

/** AWS Backup knows neither tokens nor ended jobs any more. */
export const FORGOTTEN = { jobHistorySeconds: 0, idempotency: { forgetAfterSeconds: 0 } };

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Build = (stack: Stack) => void;

const copiesWith = new Map<string, Build>();

/** One copy, by a role that outlives every stack, and where it went; the same values give the same build, which is synthesized once. */
export function copyWith(props: Partial<OneTimeCopyJobProps> = {}, id = 'Copy'): Build {
  const build: Build = stack => {
    const copy = copyJob(stack, { role: ownRole(stack), ...props }, id);
    new CfnOutput(stack, `${id}Arn`, { value: copy.destinationRecoveryPointArn });
  };
  return Object.values(props).some(Construct.isConstruct) ? build : remembered(copiesWith, JSON.stringify([Object.entries(props), id]), build);
}

/** What was first built for the key. */
function remembered<K>(known: { get(key: K): Build | undefined; set(key: K, build: Build): unknown }, key: K, build: Build): Build {
  const first = known.get(key) ?? build;
  known.set(key, first);
  return first;
}

/** Copies of so many snapshots. */
export function jobs(count: number, props: Partial<OneTimeCopyJobProps> = {}): Build {
  return stack => {
    for (let n = 0; n < count; n++) copyJob(stack, { recoveryPointArn: snapshot(n), ...props }, `Copy${n}`);
  };
}

export function snapshot(n: number): string {
  return `arn:aws:ec2:us-east-1::snapshot/snap-${String(n).padStart(17, '0')}`;
}

/** A role that no stack owns. */
export function ownRole(stack: Stack, name = 'backup'): IRole {
  return stack.node.tryFindChild(name) as IRole | undefined ?? Role.fromRoleArn(stack, name, `arn:aws:iam::111122223333:role/${name}`);
}

export function vault(stack: Stack, arn: string): IBackupVault {
  return BackupVault.fromBackupVaultArn(stack, arn, arn);
}

const thenNeighbours = new WeakMap<Build, Build>();
const besideNeighbours = new WeakMap<Build, Build>();

/** A stack's other resource: made after its copies. */
export function thenNeighbour(build: Build): Build {
  return remembered(thenNeighbours, build, stack => {
    build(stack);
    const neighbour = new CfnTopic(stack, 'Neighbour');
    neighbour.node.addDependency(...stack.node.children.filter(child => child !== neighbour));
  });
}

/** A stack's other resource: made at the same time as its copies. */
export function besideNeighbour(build: Build): Build {
  return remembered(besideNeighbours, build, stack => {
    build(stack);
    new CfnTopic(stack, 'Neighbour');
  });
}

export const NEIGHBOUR_FAILS = { failResources: ['Stack/Neighbour'] };

/** What stops in the middle of a copy that takes longer. */
export function neighbourFailsAfter(afterSeconds: number) {
  return { failResources: [{ resource: 'Stack/Neighbour', afterSeconds }] };
}

/** A copy that is there, and the recovery point that it was made of. */
export interface Copy {
  readonly of: string;
  readonly arn: string;
  readonly vaultArn: string;
  readonly lifecycle: Lifecycle;
}

/** Every copy that was there when the operation ended, oldest first. */
export function copies({ state: { backup: { recoveryPoints }, time }, copyJobs }: Ended): Copy[] {
  return copyJobs.flatMap(({ input, destinationRecoveryPointArn }) => {
    const point = recoveryPoints[destinationRecoveryPointArn ?? ''];
    if (!point || isGone(point, time)) return [];
    const { arn, vaultArn, lifecycle } = point;
    return [{ of: input.RecoveryPointArn, arn, vaultArn, lifecycle }];
  });
}

function isGone({ status, deletion, creationDate, lifecycle }: RecoveryPoint, time: number): boolean {
  const isDeleted = status === 'DELETED' || (deletion?.status === 'DELETED' && deletion.endsAt <= time);
  return isDeleted || (deletionTime(creationDate, lifecycle) ?? Infinity) <= time;
}

/** What the recovery points that are there are copies of, oldest copy first. */
export function copied(ended: Ended): string[] {
  return copies(ended).map(copy => copy.of);
}

/** The physical id of the copy with that construct id, be it in the stack or in one nested in it. */
export function idOf({ state: { stack } }: Ended, id = 'Copy'): string {
  const isIt = new RegExp(`^${id}[0-9A-F]{8}$`);
  const find = ({ resources }: StackState): string | undefined => Object.entries(resources)
    .map(([logicalId, resource]) => isIt.test(logicalId) ? resource.physicalId : resource.stack && find(resource.stack))
    .find(found => found !== undefined);
  return find(stack)!;
}

/** The ARNs that the copies of the stack, and of those nested in it, have for attributes. */
export function heldArns({ state: { stack } }: Ended): string[] {
  const held = ({ resources }: StackState): string[] => Object.values(resources).flatMap(({ type, attributes, stack: nested }) =>
    (nested ? held(nested) : type === JOB_TYPE ? [String(attributes.DestinationRecoveryPointArn)] : []));
  return held(stack);
}

/** The reasons of the copy's own failures. */
export function failures({ events }: Ended): string[] {
  return events.filter(({ type, status }) => type === JOB_TYPE && status.endsWith('_FAILED')).map(({ reason }) => reason!);
}

/** How long CloudFormation waited for the custom resource that took longest. */
export function longestOperationSeconds({ events }: Ended): number {
  const began = new Map<string, number>();
  const lengths = events.filter(({ type }) => type.startsWith('Custom::')).map(({ logicalId, status, timestamp }) => {
    const time = Date.parse(timestamp) / 1_000;
    if (!began.has(logicalId)) began.set(logicalId, time);
    const length = time - began.get(logicalId)!;
    if (!status.endsWith('_IN_PROGRESS')) began.delete(logicalId);
    return length;
  });
  return Math.max(0, ...lengths);
}
