import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { LambdaFunction } from '../../simulator/functions/lambda-function';
import { SimulatedWorld, startWorld, WorldOptions } from '../../simulator/simulated-world';

const folder = mkdtempSync(path.join(os.tmpdir(), 'functions-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder that goes with the tests of this file. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(folder, 'folder-'));
}

/** A function with that code in its index.js. */
export function functionOf(code: string, overrides: Partial<LambdaFunction> = {}): LambdaFunction {
  const codeDirectory = temporaryFolder();
  writeFileSync(path.join(codeDirectory, 'index.js'), code);
  const name = overrides.logicalId ?? 'Fixture';
  return {
    arn: `arn:aws:lambda:eu-west-1:111122223333:function:${name}`,
    logicalId: name,
    codeDirectory,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 900,
    environment: {},
    roleArn: `arn:aws:iam::111122223333:role/${name}`,
    ...overrides,
  };
}

/** Does something in a world of its own and ends the world. */
export async function inWorld<T>(work: (world: SimulatedWorld) => Promise<T>, options: Partial<WorldOptions> = {}): Promise<T> {
  const world = await startWorld({ seed: 1, ...options });
  try {
    return await world.run(work(world));
  } finally {
    await world.close();
  }
}
