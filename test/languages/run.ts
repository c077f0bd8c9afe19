import { spawnSync, SpawnSyncOptions } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** Runs a command to its end; what it prints is in `output`. */
export function tryRun(command: string, args: readonly string[], options: SpawnSyncOptions = {}): { status: number | null; output: string } {
  const { error, status, stdout, stderr } = spawnSync(command, args, { maxBuffer: 2 ** 26, ...options, encoding: 'utf8' });
  if (error) throw error;
  return { status, output: stripVTControlCharacters(stdout + stderr) };
}

/** Runs a command that must go well. */
export function run(command: string, args: readonly string[], options: SpawnSyncOptions = {}): void {
  const { status, output } = tryRun(command, args, options);
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}:\n${output}`);
}
