import { Environment } from '../assembly';

/** What a name or an ARN is made of. */
export interface Place extends Environment {
  readonly partition: string;
  readonly urlSuffix: string;
  readonly stackName: string;
  readonly stackId: string;
  /** Seeded: 0 <= x < 1. */
  random(): number;
}
