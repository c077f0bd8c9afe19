import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, Plugin } from 'esbuild';
import { Operation } from './history';
import { Setting } from './setting';
import { Assets } from '../../simulator/assembly';

/** One change of the handler's source. */
interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A fault of the handler, and the invariants that may find it. */
export interface BrokenHandler {
  readonly patches: readonly Patch[];
  readonly foundBy: readonly string[];
  /** What shows it, where chance seldom does. */
  readonly operations?: readonly Operation[];
}

const CALM = { copyJobs: [{ runningSeconds: 30 }], idempotency: { otherParameters: 'returnFirst' } };
const deployed = (change: Partial<Setting>): Operation => ({ kind: 'deploy', stackName: 'Stack', change, noRollback: false, weather: CALM });
const DELETED: Operation = { kind: 'delete', stackName: 'Stack', weather: CALM };

export const BROKEN_HANDLERS: Readonly<Record<string, BrokenHandler>> = {
  'takes a token at random': {
    patches: [{ file: 'idempotency-token', from: 'generation];', to: 'generation, Math.random()];' }],
    foundBy: ['startsNoSecondCopy'],
  },
  'gives up when it is throttled': {
    patches: [
      { file: 'patience', from: '\'no-room\': 12 * MINUTE', to: '\'no-room\': 0' },
      { file: 'aws-error', from: 'case \'no-room\': return true;', to: 'case \'no-room\': return false;' },
    ],
    foundBy: ['survivesWhatPasses', 'rollsBack'],
  },
  'deletes under RETAIN': {
    patches: [{ file: 'request', from: 'return event.ResourceProperties.RemovalPolicy === \'destroy\';', to: 'return true;' }],
    // The template does not let it: it fails where it should have nothing to do.
    foundBy: ['survivesWhatPasses', 'rollsBack', 'deletesOnlyWhatTheTemplateDeletes'],
  },
  'deletes nothing under DESTROY': {
    patches: [{ file: 'delete-copy', from: 'if (recoveryPointArn) return await deletePoint(', to: 'if (recoveryPointArn) return DONE;\nif (recoveryPointArn) return await deletePoint(' }],
    foundBy: ['deletesWhatTheTemplateDeletes'],
  },
  'says nothing of an error': {
    patches: [{ file: 'index', from: '} catch (error) {', to: '} catch (error) {\n    await new Promise(() => setInterval(() => undefined, 60_000));' }],
    foundBy: ['tellsFailures', 'answersEveryRequestOnce'],
  },
  'knows no deadline': {
    patches: [{ file: 'request', from: 'deadline: time +', to: 'deadline: Infinity + time +' }],
    foundBy: ['tellsFailures', 'answersEveryRequestOnce'],
  },
  'starts a copy in a rollback': {
    patches: [{ file: 'on-event', from: 'const operation = await stackOperation(runtime, request);\n  if (operation', to: 'const operation = (await stackOperation(runtime, request), \'forward\' as string);\n  if (operation' }],
    foundBy: ['copiesOnlyWhatIsAskedFor', 'startsNoSecondCopy', 'rollsBackToWhatWas', 'rollsBack'],
  },
  'copies anew for another lifecycle': {
    patches: [{ file: 'physical-id', from: 'properties.IdempotencyToken ?? \'\',', to: 'properties.IdempotencyToken ?? \'\', JSON.stringify(properties.Lifecycle),' }],
    foundBy: ['copiesOnlyWhatIsAskedFor', 'startsNoSecondCopy', 'keepsTheIdOfAnUnchangedCopy'],
  },
  'takes a kept copy for one to delete': {
    patches: [
      { file: 'idempotency-token', from: 'RemovalPolicy === \'destroy\' ? [NestedStacks, CopyLogicalId] : [ConstructPath];', to: '[ConstructPath];' },
      { file: 'idempotency-token', from: 'return [owner, Lifecycle, RemovalPolicy];', to: 'return [owner, Lifecycle];' },
    ],
    operations: [deployed({ policy: 'RETAIN' }), DELETED, deployed({ policy: 'DESTROY' })],
    foundBy: ['takesOverNothingThatIsKept'],
  },
  'shares a copy between two stacks of one template': {
    patches: [
      { file: 'idempotency-token', from: 'stack.rootName, ', to: '' },
      { file: 'delete-copy', from: 'if (resources.some(resource => !isTheDeleted(resource) && resource.physicalId && mayHold(resource.physicalId, copyJobId))) return \'held\';', to: '' },
    ],
    foundBy: ['everyStackHasWhatItHolds'],
  },
  'deletes the copy that a moved resource holds': {
    patches: [
      { file: 'idempotency-token', from: 'RemovalPolicy === \'destroy\' ? [NestedStacks, CopyLogicalId] : [ConstructPath];', to: '[ConstructPath];' },
      { file: 'delete-copy', from: 'if (resources.some(resource => !isTheDeleted(resource) && resource.physicalId && mayHold(resource.physicalId, copyJobId))) return \'held\';', to: '' },
    ],
    foundBy: ['everyStackHasWhatItHolds', 'deletesOnlyWhatTheTemplateDeletes', 'attributesNameTheCopy'],
  },
  'shortens the life of a copy that it takes over': {
    patches: [
      { file: 'idempotency-token', from: 'return [owner, Lifecycle, RemovalPolicy];', to: 'return [owner, RemovalPolicy];' },
      { file: 'on-event', from: 'IdempotencyToken !== undefined && !own) return Lifecycle ? \'adopted\' : \'lengthened\';', to: '!own) return \'changed\';' },
      { file: 'start-copy', from: 'own ? undefined : whyNotLive', to: 'undefined' },
    ],
    operations: [deployed({ lifecycle: 'months' }), DELETED, deployed({ lifecycle: 'month' })],
    foundBy: ['shortensNoOthersLife'],
  },
  'forgets what was copied before': {
    patches: [{ file: 'physical-id', from: '...isOurs(oldId) ? split(oldId) : []', to: '...[]' }],
    foundBy: ['rollsBack', 'rollsBackToWhatWas'],
  },
  'gives the template the source in the place of the copy': {
    patches: [{ file: 'attributes', from: 'job.DestinationRecoveryPointArn ?? \'\'', to: 'job.SourceRecoveryPointArn ?? \'\'' }],
    foundBy: ['attributesNameTheCopy'],
  },
  'makes ids that are too long': {
    patches: [{ file: 'physical-id', from: 'join(\';\');', to: 'join(\';\').padEnd(LONGEST_ID + 1, \';\');' }],
    foundBy: ['answersByTheRules'],
  },
};

interface ProjenTasks {
  readonly tasks: Readonly<Record<string, { readonly steps: readonly { readonly execArgs: readonly string[] }[] }>>;
}

/** What the package's own bundle leaves out. */
function externals(): string[] {
  const { tasks } = JSON.parse(readFileSync(join(__dirname, '../../.projen/tasks.json'), 'utf8')) as ProjenTasks;
  const flag = '--external:';
  return tasks['bundle:lambda/index'].steps[0].execArgs.filter(arg => arg.startsWith(flag)).map(arg => arg.slice(flag.length));
}

/** Puts the broken handler, which goes into the folder, in the place of the real one. */
export async function withHandler({ patches }: BrokenHandler, folder: string): Promise<(assets: Assets) => Assets> {
  await build({
    entryPoints: [join(__dirname, '../../lambda/index.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: externals(),
    logLevel: 'error',
    plugins: [patching(patches)],
  });
  return assets => Object.fromEntries(Object.entries(assets).map(([key, path]) => [key, isHandler(path) ? folder : path]));
}

/** The provider framework's asset has its code in framework.js. */
function isHandler(path: string): boolean {
  return existsSync(join(path, 'index.js')) && !existsSync(join(path, 'framework.js'));
}

function patching(patches: readonly Patch[]): Plugin {
  return {
    name: 'patches',
    setup: ({ onLoad }) => {
      for (const file of new Set(patches.map(patch => patch.file))) {
        onLoad({ filter: new RegExp(`[\\\\/]lambda[\\\\/](\\w+[\\\\/])?${file}\\.ts$`) }, ({ path }) => ({
          contents: patches.filter(patch => patch.file === file).reduce((source, patch) => patched(source, patch), readFileSync(path, 'utf8')),
          loader: 'ts',
        }));
      }
    },
  };
}

function patched(source: string, { file, from, to }: Patch): string {
  if (!source.includes(from)) throw new Error(`${file}.ts has no '${from}' to break.`);
  return source.replace(from, to);
}
