import { currentEnvironment } from './environment';
import { HostLog } from '../host-protocol';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const METHODS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/** Collects the lines that functions write, and silences the console methods below the level that the function wants. */
export function installConsoleOutput(logs: HostLog[], logLevel = 'TRACE'): void {
  const collect = (chunk: string | Uint8Array): boolean => {
    const lines = Buffer.from(chunk).toString().replace(/\n$/, '').split('\n');
    logs.push(...lines.map(line => ({ environment: currentEnvironment()?.id ?? -1, line })));
    return true;
  };
  process.stdout.write = collect;
  process.stderr.write = collect;
  for (const [method, level] of Object.entries(METHODS)) {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(logLevel)) Object.assign(console, { [method]: () => undefined });
  }
}
