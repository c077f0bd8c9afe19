import * as path from 'node:path';
import { buildSync } from 'esbuild';

let bundle: string | undefined;

/** The program of a host process, as one JavaScript file. */
export function hostBundle(): string {
  bundle ??= buildSync({
    entryPoints: [path.join(__dirname, 'host-process', 'main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
  }).outputFiles[0].text;
  return bundle;
}
