import { prepare } from './blueprint';
import { Cloud, placeOf } from './cloud';
import { ValidationError } from './errors';
import { newStack, prepareFromAsset } from './new-stack';
import { preflight } from './preflight';
import { Stack } from './stack';
import { Blueprint, StackState } from './stack-state';

/** A stack to deploy. */
export interface Deployment {
  readonly name: string;
  /** The template's text. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const UPDATABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_FAILED', 'UPDATE_FAILED'];
const FAILED_CREATION = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

/** Creates or updates a stack as `cdk deploy` does; a stack whose creation failed is deleted first. `open` is told of every stack that begins. */
export async function deployStack(
  cloud: Cloud, deployment: Deployment, before: StackState | undefined, open: (stack: Stack) => void,
): Promise<StackState> {
  const blueprint = check(cloud, deployment);
  if (before && FAILED_CREATION.includes(before.status)) {
    const failed = await deleteStack(cloud, before, open);
    if (failed.status !== 'DELETE_COMPLETE') return failed;
  } else if (before && before.status !== 'DELETE_COMPLETE') {
    return updateStack(cloud, before, blueprint, open);
  }
  const stack = new Stack(newStack(cloud, deployment.name), cloud);
  open(stack);
  const problem = await stack.create(blueprint);
  if (problem && cloud.noRollback) await stack.keep(problem);
  else if (problem) await stack.rollBackCreation(problem);
  return stack.state;
}

/** Deletes a stack; one in DELETE_FAILED may be deleted again. */
export async function deleteStack(cloud: Cloud, state: StackState, open: (stack: Stack) => void): Promise<StackState> {
  const stack = new Stack(state, cloud);
  open(stack);
  await stack.delete();
  return stack.state;
}

/** Goes on with a rollback that failed, past the resources that are to be skipped; or takes back a stack that was kept as it failed. */
export async function rollBackStack(cloud: Cloud, state: StackState, skipped: readonly string[], open: (stack: Stack) => void): Promise<StackState> {
  if (!['UPDATE_ROLLBACK_FAILED', 'CREATE_FAILED', 'UPDATE_FAILED'].includes(state.status)) {
    throw new ValidationError(`Stack:${state.id} is in ${state.status} state and can not be rolled back.`);
  }
  const stack = new Stack(state, cloud);
  open(stack);
  if (state.status === 'CREATE_FAILED') await stack.rollBackCreation('');
  else if (!await stack.rollBack(skipped)) await stack.cleanUp();
  return stack.state;
}

async function updateStack(cloud: Cloud, state: StackState, blueprint: Blueprint, open: (stack: Stack) => void): Promise<StackState> {
  if (!UPDATABLE.includes(state.status)) throw new ValidationError(`Stack:${state.id} is in ${state.status} state and can not be updated.`);
  refuseOtherTypes(state, blueprint);
  const stack = new Stack(state, cloud);
  open(stack);
  if (!state.status.endsWith('_FAILED') && !differ(state.blueprint, blueprint)) return state;
  const problem = await stack.update(blueprint);
  if (problem && cloud.noRollback) {
    await stack.keep(problem);
    return stack.state;
  }
  const stuck = problem && await stack.rollBack();
  if (!stuck) await stack.cleanUp();
  return stack.state;
}

function check(cloud: Cloud, { name, template, parameters }: Deployment): Blueprint {
  const place = placeOf({ ...cloud, random: () => 0 }, name, '');
  const blueprint = prepare(template, parameters, place, cloud.parameterStore);
  const vaults = new Set<string>();
  preflight(blueprint, {
    ...cloud,
    place,
    functions: new Set(),
    vaults,
    prepareNested: (key, nestedParameters) => prepareFromAsset(cloud, key, nestedParameters, place),
  });
  vaults.forEach(vault => cloud.services.backup.declareVault(vault));
  return blueprint;
}

function refuseOtherTypes(state: StackState, { template }: Blueprint): void {
  const changed = Object.entries(template.Resources).filter(([id, { Type: type }]) => id in state.resources && state.resources[id].type !== type);
  if (changed.length === 0) return;
  throw new ValidationError('Update of resource type is not permitted. The new template modifies resource type of the following resources: '
    + `[${changed.map(([id]) => id).join(', ')}]`);
}

/** What only describes a resource asks for no update. */
function differ(left: Blueprint, right: Blueprint): boolean {
  const [before, after] = [left, right].map(({ template: { Resources: resources, Outputs: outputs }, parameters }) => JSON.stringify({
    resources: Object.fromEntries(Object.entries(resources).map(([id, { Metadata: _metadata, ...resource }]) => [id, resource])), outputs, parameters,
  }));
  return before !== after;
}
