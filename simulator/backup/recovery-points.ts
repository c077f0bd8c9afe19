import { Clock } from '../clock';
import { Lifecycle, RecoveryPointStage, Scenario } from '../scenario';
import { BackupError } from './backup-error';
import { checkLifecycle, coldTime, deletionTime, lifecycleOfType, updatedLifecycle } from './lifecycle';
import { placeOf, resourceArnOf, resourceTypeOf } from './recovery-point-arn';
import { Vaults } from './vaults';

type Status = 'COMPLETED' | 'PARTIAL' | 'DELETING' | 'EXPIRED' | 'DELETED';

/** A recovery point; times in milliseconds since the epoch. DELETED is how the simulator remembers one that AWS Backup would not. */
export interface RecoveryPoint {
  readonly arn: string;
  readonly vaultArn: string;
  readonly status: Status;
  /** What is said of it in the first time after its completion. */
  readonly stages?: readonly RecoveryPointStage[];
  /** When DELETING ends, and how. */
  readonly deletion?: { readonly endsAt: number; readonly status: 'DELETED' | 'EXPIRED' };
  /** The source's, also for a copy: days count from here. */
  readonly creationDate: number;
  readonly initiationDate: number;
  readonly completionDate: number;
  readonly lifecycle: Lifecycle;
  readonly resourceArn: string;
  readonly resourceType: string;
  readonly isParent: boolean;
  readonly sourceBackupVaultArn?: string;
  readonly iamRoleArn?: string;
}

/** Plain data: recovery points by ARN. */
export type RecoveryPointState = Record<string, RecoveryPoint>;

interface Surroundings {
  readonly clock: Clock;
  readonly scenario: () => Scenario;
  readonly vaults: Vaults;
  /** Whether nobody carries out lifecycle and deletion of a recovery point of this role any more. */
  readonly isOrphaned: (iamRoleArn: string | undefined) => boolean;
}

const DELETING_MILLISECONDS = 60_000;
const BUSY = "AWS Backup is already performing an action on this recovery point. It can't perform the action you requested until the first action finishes.";

/** Recovery points of all vaults. */
export class RecoveryPoints {
  constructor(private readonly around: Surroundings, private readonly state: RecoveryPointState) {}

  /** Every recovery point, deleted ones too, as it is now. */
  all(): RecoveryPoint[] {
    return Object.values(this.state).map(point => this.current(point));
  }

  add(point: RecoveryPoint): void {
    this.state[point.arn] = point;
  }

  /** The source of a copy: one that a job made, or any other that the scenario does not name as missing. */
  source(arn: string, vaultArn: string): RecoveryPoint {
    const { account, region } = placeOf(arn);
    const vault = placeOf(vaultArn);
    if (region !== vault.region || (account !== '' && account !== vault.account) || this.around.scenario().missingRecoveryPoints.includes(arn)) {
      throw notFound(arn);
    }
    if (!this.state[arn]) {
      this.add(this.external(arn, vaultArn));
    }
    const point = this.current(this.state[arn]);
    if (point.status === 'DELETED' || (point.sourceBackupVaultArn && point.vaultArn !== vaultArn)) {
      throw notFound(arn);
    }
    if (point.status === 'DELETING' || point.status === 'EXPIRED') {
      throw new BackupError('InvalidRequestException', `Recovery point ${arn} is in state ${point.status} and cannot be copied`);
    }
    if (this.isCold(point)) {
      throw new BackupError('InvalidRequestException', 'Recovery points in cold storage cannot be copied');
    }
    return point;
  }

  find(arn: string, vaultArn: string): RecoveryPoint {
    const point = this.state[arn] && this.current(this.state[arn]);
    if (!point || point.status === 'DELETED' || point.vaultArn !== vaultArn) {
      throw notFound(arn);
    }
    return point;
  }

  /** What the update leaves out is taken away. */
  updateLifecycle(arn: string, vaultArn: string, asked: Lifecycle): RecoveryPoint {
    checkLifecycle(asked);
    const point = this.idle(arn, vaultArn, 'InvalidRequestException');
    this.refuseWhenLocked(vaultArn);
    if (this.isCold(point) && asked.MoveToColdStorageAfterDays !== point.lifecycle.MoveToColdStorageAfterDays) {
      throw new BackupError('InvalidRequestException', 'MoveToColdStorageAfterDays cannot be changed after a backup has been transitioned to cold');
    }
    const updated = { ...point, lifecycle: updatedLifecycle(point.resourceType, asked) };
    this.add(updated);
    return updated;
  }

  delete(arn: string, vaultArn: string): void {
    const point = this.idle(arn, vaultArn, 'InvalidResourceStateException');
    this.refuseWhenLocked(vaultArn);
    const { legalHold, deletionExpires } = this.around.vaults.get(vaultArn);
    if (legalHold) {
      throw new BackupError('InvalidRequestException', 'RecoveryPoint cannot be deleted because it has active legal hold(s)');
    }
    const status = deletionExpires || this.around.isOrphaned(point.iamRoleArn) ? 'EXPIRED' : 'DELETED';
    this.add({ ...point, status: 'DELETING', deletion: { endsAt: this.around.clock.now() + DELETING_MILLISECONDS, status } });
  }

  /** It goes away at once, whatever holds it, as if AWS Backup had never been asked. */
  vanish(arn: string): void {
    if (!this.state[arn]) {
      throw new Error(`There is no recovery point ${arn}.`);
    }
    this.add({ ...this.current(this.state[arn]), status: 'DELETED' });
  }

  /** What DescribeRecoveryPoint says. */
  statusOf({ status, stages, completionDate }: RecoveryPoint): string {
    let end = completionDate;
    const stage = stages?.find(({ seconds }) => (end += seconds * 1000) > this.around.clock.now());
    return stage && (status === 'COMPLETED' || status === 'PARTIAL') ? stage.status : status;
  }

  isCold({ creationDate, lifecycle }: RecoveryPoint): boolean {
    return (coldTime(creationDate, lifecycle) ?? Infinity) <= this.around.clock.now();
  }

  private idle(arn: string, vaultArn: string, refusal: string): RecoveryPoint {
    const point = this.find(arn, vaultArn);
    if (point.status === 'DELETING') {
      throw new BackupError(refusal, BUSY);
    }
    return point;
  }

  private refuseWhenLocked(vaultArn: string): void {
    if (this.around.vaults.get(vaultArn).locked) {
      throw new BackupError('InvalidRequestException', 'RecoveryPoint cannot be deleted or updated (Backup vault configured with Lock)');
    }
  }

  /** The recovery point as time has left it. */
  private current(point: RecoveryPoint): RecoveryPoint {
    const now = this.around.clock.now();
    const { status, deletion } = point;
    if (status === 'DELETING' && deletion && deletion.endsAt <= now) {
      return this.kept({ ...point, status: deletion.status });
    }
    const expires = deletionTime(point.creationDate, point.lifecycle);
    if ((status === 'COMPLETED' || status === 'PARTIAL') && expires !== undefined && expires <= now) {
      return this.kept({ ...point, status: this.around.isOrphaned(point.iamRoleArn) ? 'EXPIRED' : 'DELETED' });
    }
    return point;
  }

  private kept(point: RecoveryPoint): RecoveryPoint {
    this.add(point);
    return point;
  }

  private external(arn: string, vaultArn: string): RecoveryPoint {
    const rule = this.around.scenario().recoveryPoints.find(known => known.arn === arn);
    const creationDate = this.around.clock.now() - (rule?.ageDays ?? 1) * 86_400_000;
    const resourceType = resourceTypeOf(arn);
    return {
      arn,
      vaultArn,
      status: 'COMPLETED',
      creationDate,
      initiationDate: creationDate,
      completionDate: creationDate,
      lifecycle: lifecycleOfType(resourceType, rule?.lifecycle ?? { DeleteAfterDays: 365 }),
      resourceArn: rule?.resourceArn ?? resourceArnOf(arn, placeOf(vaultArn)),
      resourceType,
      isParent: false,
    };
  }
}

function notFound(arn: string): BackupError {
  return new BackupError('ResourceNotFoundException', `Recovery point not found: ${arn}`);
}
