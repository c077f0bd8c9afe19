import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_COPY_JOB, DEFAULT_SCENARIO, namedScenario, parseScenario, readScenario, scenarioNames } from '../../simulator/scenario';

it.each([
  ['{"colour":1}', '$.colour is not known; allowed keys: description, seed, copyJobs,'],
  ['{"__proto__":1}', '$.__proto__ is not known'],
  ['{"seed":"1"}', '$.seed is "1"; allowed: a whole number from 0 to'],
  ['{"seed":1.5}', '$.seed is 1.5; allowed: a whole number'],
  ['{"seed":null}', '$.seed is null; allowed: a whole number'],
  ['[]', '$ is []; allowed: an object'],
  ['null', '$ is null; allowed: an object'],
  ['{"copyJobs":{}}', '$.copyJobs is {}; allowed: a list'],
  ['{"copyJobs":[{},{"endState":"DONE"}]}', '$.copyJobs[1].endState is "DONE"; allowed: one of COMPLETED, FAILED, PARTIAL, ABORTED'],
  ['{"copyJobs":[{"runningSeconds":-1}]}', '$.copyJobs[0].runningSeconds is -1; allowed: a number from 0 to'],
  ['{"copyJobs":[{"childJobs":{"FAILED":"1"}}]}', '$.copyJobs[0].childJobs.FAILED is "1"; allowed: a whole number'],
  ['{"faults":[{"operation":"StartCopyJob"}]}', '$.faults[0].kind is missing; allowed: one of throttling,'],
  ['{"faults":[{"operation":"Start","kind":"slow"}]}', '$.faults[0].operation is "Start"; allowed: one of StartCopyJob,'],
  ['{"faults":[{"service":"s3","operation":"x","kind":"slow"}]}', '$.faults[0].service is "s3"; allowed: one of backup,'],
  ['{"faults":[{"operation":"StartCopyJob","kind":"slow"}]}', '$.faults[0].seconds is missing'],
  ['{"faults":[{"operation":"StartCopyJob","kind":"throttling","seconds":1}]}', '$.faults[0].seconds is only allowed with kind slow'],
  ['{"faults":[{"operation":"StartCopyJob","kind":"throttling","rate":2}]}', '$.faults[0].rate is 2; allowed: a number from 0 to 1'],
  ['{"faults":[{"operation":"DescribeCopyJob","kind":"limitExceeded"}]}', '$.faults[0].kind limitExceeded is only allowed with operation StartCopyJob'],
  ['{"missingVaults":["dr"]}', '$.missingVaults[0] is "dr"; allowed: an ARN'],
  ['{"description":""}', '$.description is ""; allowed: a text that is not empty'],
  ['{"vaults":[{"arn":"arn:a","locked":"yes"}]}', '$.vaults[0].locked is "yes"; allowed: true or false'],
  ['{', 'is not JSON'],
])('%s is rejected with file, place, what it is and what is allowed', (json, message) => {
  expect(() => parseScenario(json, 'my.json')).toThrow(`my.json: ${message}`);
});

it('fills in what is left out', () => {
  expect(parseScenario('{}', 'my.json')).toEqual(DEFAULT_SCENARIO);
  expect(DEFAULT_COPY_JOB).toEqual({ createdSeconds: 5, runningSeconds: 600, endState: 'COMPLETED' });
  expect(parseScenario('{"copyJobs":[{"endState":"FAILED"}],"idempotency":{"forgetAfterSeconds":1}}', 'my.json')).toMatchObject({
    copyJobs: [{ createdSeconds: 5, runningSeconds: 600, endState: 'FAILED' }],
    idempotency: { otherParameters: 'refuse', forgetAfterSeconds: 1 },
  });
});

it('reads a file, and says when it cannot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  try {
    const file = join(folder, 'a.json');
    writeFileSync(file, '{"seed":7}');
    expect(readScenario(file).seed).toBe(7);
    expect(() => readScenario(join(folder, 'b.json'))).toThrow(/b\.json: cannot be read: ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('has the named scenarios, each of which is valid', () => {
  expect(scenarioNames()).toEqual(expect.arrayContaining(['completed', 'failed', 'iam-propagation', 'partial', 'slow', 'throttled']));
  scenarioNames().forEach(name => expect(namedScenario(name).description).toBeDefined());
  expect(() => namedScenario('none')).toThrow(/^none: is not a built-in scenario; there are completed, failed,/);
});
