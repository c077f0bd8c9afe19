import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_COPY_JOB, DEFAULT_SCENARIO, namedScenario, parseScenario, readScenario, scenarioNames } from '../../simulator/scenario';
import { withLogicalIds } from '../../simulator/scenario/logical-ids';

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
  ['{"copyJobs":[{"times":0}]}', '$.copyJobs[0].times is 0; allowed: a number from 1'],
  ['{"copyJobs":[{"stages":[{"seconds":1}]}]}', '$.copyJobs[0].stages[0].state is missing'],
  ['{"copyJobs":[{"stages":[{"seconds":1,"state":"X"}],"runningSeconds":2}]}', '$.copyJobs[0].runningSeconds is 2; allowed: what the stages take together, 1'],
  ['{"failResources":[{"afterSeconds":1}]}', '$.failResources[0].resource is missing'],
  ['{"failResources":[1]}', '$.failResources[0] is 1; allowed: an object'],
  ['{"deliverAgain":[{"requestType":"Create"}]}', '$.deliverAgain[0].afterSeconds is missing'],
  ['{"deliverLate":[{"requestType":"Make","afterSeconds":1}]}', '$.deliverLate[0].requestType is "Make"; allowed: one of Create, Update, Delete'],
  ['{"loseAnswers":[{"afterSeconds":1}]}', '$.loseAnswers[0].afterSeconds is not known; allowed keys: requestType, resource'],
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

it('reads names of failing resources, and lets a job run as long as its stages', () => {
  const input = { failResources: ['A', { resource: 'B', afterSeconds: 5 }], copyJobs: [{ stages: [{ seconds: 10, state: 'RUNNING' }, { seconds: 5, state: 'X' }] }] };
  const read = parseScenario(JSON.stringify(input), 'my.json');
  expect(read).toMatchObject({ failResources: [{ resource: 'A' }, { resource: 'B', afterSeconds: 5 }], copyJobs: [{ runningSeconds: 15 }] });
  // What was read can be written and read again.
  expect(parseScenario(JSON.stringify(read), 'my.json')).toEqual(read);
});

it('puts logical ids in the place of construct paths', () => {
  const resources = { Copy0A: 'Stack/Copy/Resource/Default', Copy0B: 'Stack/Copy', Role1: 'Stack/Role/Resource', Bare: undefined };
  const named = (name: string) => withLogicalIds(parseScenario(JSON.stringify({ failResources: [name] }), 'x'), 'Stack', resources).failResources[0].resource;
  expect(['Copy0A', 'Stack/Copy', 'Stack/Copy/Resource/Default', 'Stack/Role', 'Bare'].map(named)).toEqual(['Copy0A', 'Copy0B', 'Copy0A', 'Role1', 'Bare']);
  expect(() => named('Stack/Rol')).toThrow('The scenario\'s failResources names Stack/Rol, which the stack Stack does not have.');
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
  expect(scenarioNames()).toEqual(expect.arrayContaining(['completed', 'failed', 'iam-propagation', 'long', 'partial', 'slow', 'throttled']));
  scenarioNames().forEach(name => expect(namedScenario(name).description).toBeDefined());
  expect(() => namedScenario('none')).toThrow(/^none: is not a built-in scenario; there are completed, failed,/);
});
