import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyJobRule, FAULT_KINDS, scenario } from './scenario/format';
import { ShapeError } from './scenario/shape';

/** Days after the creation of the recovery point; -1 means never. */
export interface Lifecycle {
  readonly MoveToColdStorageAfterDays?: number;
  readonly DeleteAfterDays?: number;
  readonly OptInToArchiveForSupportedResources?: boolean;
}

/** How copy jobs go; the first rule that matches the recovery point counts. */
export interface CopyJobRule {
  /** A `*` at the end matches any rest. Without it, every job. */
  readonly recoveryPointArn?: string;
  /** Only the first so many jobs that match. */
  readonly times?: number;
  readonly createdSeconds: number;
  readonly runningSeconds: number;
  /** What DescribeCopyJob says one after the other while the job runs: together `runningSeconds`. */
  readonly stages?: readonly CopyJobStage[];
  readonly endState: 'COMPLETED' | 'FAILED' | 'PARTIAL' | 'ABORTED';
  readonly statusMessage?: string;
  readonly messageCategory?: string;
  /** Fields of DescribeCopyJob that replace the simulator's once the job has ended; null leaves the field out. */
  readonly response?: Readonly<Record<string, unknown>>;
  /** Makes a parent job: how many children end in which state. */
  readonly childJobs?: Readonly<Record<string, number>>;
}

/** For some seconds of a running job. */
export interface CopyJobStage {
  readonly seconds: number;
  /** Any text: AWS Backup may know states that nobody else does. */
  readonly state: string;
  /** Fields of DescribeCopyJob that replace the simulator's; null leaves the field out. */
  readonly response?: Readonly<Record<string, unknown>>;
}

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What goes wrong with calls of one operation. Without `times`, `forSeconds` and `rate`, every call. */
export interface Fault {
  readonly service: string;
  readonly operation: string;
  readonly kind: FaultKind;
  /** So many calls go well first. */
  readonly skip?: number;
  /** At most so many calls are hit. */
  readonly times?: number;
  /** Ends so long after the first call that came after `skip`. */
  readonly forSeconds?: number;
  /** Share of the calls that are hit, drawn from the seed. */
  readonly rate?: number;
  /** How late a slow answer comes. */
  readonly seconds?: number;
}

/** What is particular about a vault. */
export interface VaultRule {
  readonly arn: string;
  readonly type?: 'BACKUP_VAULT' | 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT';
  readonly locked?: boolean;
  readonly legalHold?: boolean;
  readonly minRetentionDays?: number;
  readonly maxRetentionDays?: number;
  readonly encryptionKeyArn?: string;
  /** Deleted recovery points become EXPIRED instead of going away. */
  readonly deletionExpires?: boolean;
}

/** What is particular about a recovery point that no copy job of the simulation made. */
export interface RecoveryPointRule {
  readonly arn: string;
  readonly ageDays: number;
  readonly lifecycle: Lifecycle;
  readonly resourceArn?: string;
}

/** A resource whose creation and update fail. */
export interface FailingResource {
  /** Logical id or construct path. */
  readonly resource: string;
  /** How long after its beginning; else within seconds. */
  readonly afterSeconds?: number;
}

/** Which requests of CloudFormation to custom resources are meant; what is left out matches any. */
export interface RequestPattern {
  readonly requestType?: 'Create' | 'Update' | 'Delete';
  /** Logical id or construct path. */
  readonly resource?: string;
}

/** A delivery of these requests' events, so long after they were sent. */
export interface DeliveryRule extends RequestPattern {
  readonly afterSeconds: number;
}

/** How the simulated AWS behaves. */
export interface Scenario {
  readonly description?: string;
  readonly seed: number;
  readonly copyJobs: readonly CopyJobRule[];
  readonly faults: readonly Fault[];
  /** What IAM allows anew holds so much later. */
  readonly iamPropagationSeconds: number;
  readonly failResources: readonly FailingResource[];
  /** The first delivery comes late; the first rule that matches counts. */
  readonly deliverLate: readonly DeliveryRule[];
  /** One more delivery for every rule that matches. */
  readonly deliverAgain: readonly DeliveryRule[];
  /** Requests whose answers never arrive. */
  readonly loseAnswers: readonly RequestPattern[];
  /** Jobs running at a time in one destination Region; the others wait in CREATED. */
  readonly concurrentCopyJobs?: number;
  readonly startCopyJobPerSecond?: number;
  readonly idempotency: {
    /** A token that comes back with other parameters. */
    readonly otherParameters: 'refuse' | 'returnFirst';
    readonly forgetAfterSeconds?: number;
  };
  /** DescribeCopyJob forgets a job so long after its end. */
  readonly jobHistorySeconds?: number;
  /** What the loss of a copy role does to running copies and to later deletions: they fail, or a service-linked role takes over. */
  readonly deletedCopyRole: 'fails' | 'fallsBack';
  readonly missingVaults: readonly string[];
  readonly missingRecoveryPoints: readonly string[];
  readonly vaults: readonly VaultRule[];
  readonly recoveryPoints: readonly RecoveryPointRule[];
}

/** A scenario file that cannot be used: names the file, the place in it, what is there and what is allowed. */
export class ScenarioError extends Error {
  constructor(fileName: string, problem: string) {
    super(`${fileName}: ${problem}`);
  }
}

/** Reads a scenario from JSON text; throws a `ScenarioError` when it is not one. */
export function parseScenario(json: string, fileName: string): Scenario {
  try {
    return scenario(JSON.parse(json), '$');
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) {
      throw new ScenarioError(fileName, error instanceof SyntaxError ? `is not JSON: ${error.message}` : error.message);
    }
    throw error;
  }
}

/** Reads a scenario file. */
export function readScenario(file: string): Scenario {
  return parseScenario(contents(file), file);
}

/** Names of the built-in scenarios. */
export function scenarioNames(): string[] {
  return readdirSync(BUILT_IN).filter(file => file.endsWith('.json')).map(file => basename(file, '.json')).sort();
}

/** A built-in scenario. */
export function namedScenario(name: string): Scenario {
  if (!scenarioNames().includes(name)) {
    throw new ScenarioError(name, `is not a built-in scenario; there are ${scenarioNames().join(', ')}`);
  }
  return readScenario(join(BUILT_IN, `${name}.json`));
}

/** What holds where a scenario says nothing. */
export const DEFAULT_SCENARIO: Scenario = scenario({}, '$');

/** How a job goes that no rule of the scenario matches. */
export const DEFAULT_COPY_JOB: CopyJobRule = copyJobRule({}, '$');

const BUILT_IN = join(__dirname, 'scenarios');

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ScenarioError(file, `cannot be read: ${(error as Error).message}`);
  }
}
