import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SimulationState } from './simulation-state';

const VERSION = 2;

/** The state that a folder keeps, if there is one. */
export function readState(folder: string): SimulationState | undefined {
  const file = join(folder, 'state.json');
  if (!existsSync(file)) return undefined;
  const { version, state } = JSON.parse(readFileSync(file, 'utf8')) as { version: number; state: SimulationState };
  if (version !== VERSION) throw new Error(`${file} was written by another version of the simulator.`);
  return { ...state, assets: placed(state.assets, name => join(folder, 'assets', name)) };
}

/** Keeps the state, and copies of the assets: the cloud assembly may be gone when an update is rolled back to it. */
export function saveState(folder: string, state: SimulationState): void {
  mkdirSync(folder, { recursive: true });
  for (const path of Object.values(state.assets)) {
    const copy = join(folder, 'assets', basename(path));
    if (!existsSync(copy)) cpSync(path, copy, { recursive: true });
  }
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ version: VERSION, state: { ...state, assets: placed(state.assets, name => name) } }, undefined, 1));
}

function placed(assets: SimulationState['assets'], place: (name: string) => string): SimulationState['assets'] {
  return Object.fromEntries(Object.entries(assets).map(([key, path]) => [key, place(basename(path))]));
}
