import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Assets, Environment } from '../assembly';
import { Clock } from '../clock';
import { FailingResource, StackRules } from '../scenario';
import { Place } from './place';
import { Services } from './resource-type';
import { StackEvent } from './stack-state';

/** What all stacks of one simulation share. */
export interface Cloud {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly services: Services;
  readonly assets: Assets;
  /** Outputs that stacks export, by name. */
  readonly exported: Map<string, string>;
  /** Values of the Parameter Store, by path. */
  readonly parameterStore: Readonly<Record<string, string>>;
  readonly rules: StackRules;
  /** What fails stays as it is. */
  readonly noRollback: boolean;
  /** Seeded: 0 <= x < 1. */
  random(): number;
  /** How the scenario lets the creation or update of that resource fail, if it does. */
  failure(logicalId: string): FailingResource | undefined;
  report(event: StackEvent): void;
}

export function placeOf({ environment, random }: Pick<Cloud, 'environment' | 'random'>, stackName: string, stackId: string): Place {
  const { partition = 'aws', domainSuffix: urlSuffix = 'amazonaws.com' } = RegionInfo.get(environment.region);
  return { ...environment, partition, urlSuffix, stackName, stackId, random };
}
