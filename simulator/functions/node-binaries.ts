import { existsSync } from 'node:fs';
import * as path from 'node:path';

const PACKAGES: Readonly<Record<string, string>> = { 'nodejs22.x': 'node22', 'nodejs24.x': 'node24' };

/** The Node.js of the release that a Lambda runtime names. */
export function nodeBinary(runtime: string): string {
  const name = PACKAGES[runtime];
  if (!name) throw new Error(`The runtime '${runtime}' is not simulated: the simulator runs ${Object.keys(PACKAGES).join(' and ')}.`);
  const binary = path.join(packageDirectory(name), 'bin', 'node');
  if (!existsSync(binary)) throw new Error(`The runtime '${runtime}' needs ${binary}, which is not there: run 'npm rebuild ${name}'.`);
  return binary;
}

function packageDirectory(name: string): string {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    throw new Error(`The package '${name}' is not installed: run 'npm ci'.`);
  }
}
