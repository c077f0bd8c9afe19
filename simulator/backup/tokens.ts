import { Clock } from '../clock';
import { Scenario } from '../scenario';
import { BackupError } from './backup-error';
import { StartCopyJobInput } from './copy-job';

/** Plain data: what each token of a Region stood for first. */
export type TokenState = Record<string, { readonly copyJobId: string; readonly parameters: string; readonly usedAt: number }>;

/** Idempotency tokens of StartCopyJob. */
export class Tokens {
  constructor(private readonly clock: Clock, private readonly scenario: () => Scenario, private readonly state: TokenState) {}

  /** The id of the job that the token already started, if it is remembered. */
  jobOf(input: StartCopyJobInput, region: string): string | undefined {
    this.forgetOld();
    const known = this.state[key(input, region)];
    if (!known) {
      return undefined;
    }
    if (this.scenario().idempotency.otherParameters === 'refuse' && known.parameters !== parametersOf(input)) {
      throw new BackupError('InvalidParameterValueException', 'The idempotency token was already used with other parameters');
    }
    return known.copyJobId;
  }

  /** Forgets what the scenario does not let it remember any longer. */
  forgetOld(): void {
    this.forgetOlderThan(this.scenario().idempotency.forgetAfterSeconds ?? Infinity);
  }

  forgetOlderThan(seconds: number): void {
    const now = this.clock.now();
    Object.keys(this.state).filter(token => this.state[token].usedAt + seconds * 1000 <= now).forEach(token => delete this.state[token]);
  }

  remember(input: StartCopyJobInput, region: string, copyJobId: string): void {
    if (input.IdempotencyToken !== undefined) {
      this.state[key(input, region)] = { copyJobId, parameters: parametersOf(input), usedAt: this.clock.now() };
    }
  }
}

function key(input: StartCopyJobInput, region: string): string {
  return `${region} ${input.IdempotencyToken}`;
}

function parametersOf({ RecoveryPointArn, SourceBackupVaultName, DestinationBackupVaultArn, IamRoleArn, Lifecycle = {} }: StartCopyJobInput): string {
  const { MoveToColdStorageAfterDays: move, DeleteAfterDays: remove, OptInToArchiveForSupportedResources: archive } = Lifecycle;
  return JSON.stringify([RecoveryPointArn, SourceBackupVaultName, DestinationBackupVaultArn, IamRoleArn, move, remove, archive]);
}
