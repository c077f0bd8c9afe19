import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyJobRule, scenario } from './scenario/format';
import { CopyJobRule, Scenario } from './scenario/rules';
import { ShapeError } from './scenario/shape';

export * from './scenario/rules';

/** A scenario file that cannot be used: names the file, the place in it, what is there and what is allowed. */
export class ScenarioError extends Error {
  constructor(fileName: string, problem: string) {
    super(`${fileName}: ${problem}`);
  }
}

/** Reads a scenario from JSON text; throws a `ScenarioError` when it is not one. */
export function parseScenario(json: string, fileName: string): Scenario {
  try {
    return scenario(JSON.parse(json), '$');
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) {
      throw new ScenarioError(fileName, error instanceof SyntaxError ? `is not JSON: ${error.message}` : error.message);
    }
    throw error;
  }
}

/** Reads a scenario file. */
export function readScenario(file: string): Scenario {
  return parseScenario(contents(file), file);
}

/** Names of the built-in scenarios. */
export function scenarioNames(): string[] {
  return readdirSync(BUILT_IN).filter(file => file.endsWith('.json')).map(file => basename(file, '.json')).sort();
}

/** A built-in scenario. */
export function namedScenario(name: string): Scenario {
  if (!scenarioNames().includes(name)) {
    throw new ScenarioError(name, `is not a built-in scenario; there are ${scenarioNames().join(', ')}`);
  }
  return readScenario(join(BUILT_IN, `${name}.json`));
}

/** What holds where a scenario says nothing. */
export const DEFAULT_SCENARIO: Scenario = scenario({}, '$');

/** How a job goes that no rule of the scenario matches. */
export const DEFAULT_COPY_JOB: CopyJobRule = copyJobRule({}, '$');

const BUILT_IN = join(__dirname, 'scenarios');

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ScenarioError(file, `cannot be read: ${(error as Error).message}`);
  }
}
