import { AssemblyStack, Assets, Environment } from './assembly';
import { AwsBackupState } from './backup/aws-backup';
import { StackState } from './cloudformation/stack-state';
import { IamState } from './iam';

/** Everything that a later run needs to go on from; JSON. */
export interface SimulationState {
  /** Simulated milliseconds since the epoch. */
  readonly time: number;
  /** Operations so far: each has chances of its own. */
  readonly operations: number;
  readonly stack: StackState;
  /** Construct paths by logical id, of the template deployed last. */
  readonly paths: AssemblyStack['paths'];
  readonly iam: IamState;
  readonly backup: AwsBackupState;
  /** Of every template deployed so far: a rollback or a deletion runs older code. */
  readonly assets: Assets;
}

/** Where the stack of the state is. */
export function environmentOf({ stack }: SimulationState): Environment {
  const [, , , region, account] = stack.id.split(':');
  return { account, region };
}
