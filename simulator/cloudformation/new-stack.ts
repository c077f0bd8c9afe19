import { readFileSync } from 'node:fs';
import { randomUuid } from '../random-text';
import { prepare } from './blueprint';
import { Cloud, placeOf } from './cloud';
import { NotSimulated } from './errors';
import { arn } from './names';
import { Place } from './place';
import { Blueprint, StackState } from './stack-state';
import { Json } from './template';

/** The state of a stack that has no resources yet, under an id of its own. */
export function newStack(cloud: Cloud, name: string, ancestors: Pick<StackState, 'parentId' | 'rootId'> = {}): StackState {
  const id = arn(placeOf(cloud, name, ''), 'cloudformation', `stack/${name}/${randomUuid(cloud.random)}`);
  const blueprint = { template: { Resources: {} }, parameters: {} };
  return { name, id, ...ancestors, status: 'REVIEW_IN_PROGRESS', created: cloud.clock.now(), blueprint, versions: [], resources: {}, views: {}, outputs: {} };
}

/** A nested stack's template, which is published like any asset. */
export function prepareFromAsset(
  { assets, parameterStore }: Pick<Cloud, 'assets' | 'parameterStore'>, key: string, parameters: Readonly<Record<string, Json>>, place: Place,
): Blueprint {
  if (!(key in assets)) throw new NotSimulated(`The nested stack template ${key} is no asset of the cloud assembly.`);
  return prepare(readFileSync(assets[key], 'utf8'), parameters, place, parameterStore);
}
