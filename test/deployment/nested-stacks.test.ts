import { NestedStack, Stack } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { copyJob, Deployment } from './deployment';
import { A, B, Build, copied, copies, DESTROY, heldArns, idOf, MINUTE, ownRole, POLICIES, RETAIN } from './stories';
import { OneTimeCopyJobProps } from '../../src';

/** A copy in a nested stack, before a neighbour there. */
const nestedCopy = (props: Partial<OneTimeCopyJobProps>, displayName = 'before'): Build => stack => {
  const nested = new NestedStack(stack, 'Group');
  const copy = copyJob(nested as Stack, { role: ownRole(nested), ...props });
  new CfnTopic(nested, 'Neighbour', { displayName }).node.addDependency(copy);
};
const nothingYet: Build = stack => void new CfnTopic(stack, 'Topic');

describe('a nested stack that is new in a deployment whose copy takes longer than that', () => {
  it.each([
    ['a creation', 90, 2], ['a creation', 200, 4], ['an update', 90, 2], ['an update', 200, 4],
  ])('is deleted as %s goes back, and the copy of %i minutes is complete at the deployment number %i', async (what, minutes, attempts) => {
    const deployment = new Deployment();
    if (what === 'an update') await deployment.deploy(nothingYet);
    const scenario = { copyJobs: [{ runningSeconds: minutes * MINUTE }] };
    const build: Build = stack => [nothingYet, nestedCopy({ removalPolicy: DESTROY })].forEach(part => part(stack));
    const statuses: string[] = [];
    for (let attempt = 1; attempt < attempts; attempt++) statuses.push((await deployment.deploy(build, scenario)).status);
    expect(new Set(statuses)).toEqual(new Set([what === 'a creation' ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE']));
    const last = await deployment.deploy(build, scenario);
    expect(last.status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    expect(last.copyJobs).toHaveLength(1);
    expect(copies(last).map(({ arn }) => arn)).toEqual(heldArns(last));
  });
});

describe.each(POLICIES)('a nested stack that goes back before its root does, under %s', removalPolicy => {
  it('copies nothing, and is what it was', async () => {
    const deployment = new Deployment();
    const before = await deployment.deploy(nestedCopy({ removalPolicy }));
    const after = await deployment.deploy(nestedCopy({ removalPolicy, recoveryPointArn: B }, 'after'), {
      stacks: { nestedRollBackFirst: true }, failResources: ['Stack/Group/Neighbour'],
    });
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(idOf(after)).toBe(idOf(before));
    expect(after.copyJobs).toHaveLength(2);
    expect(copied(after)).toEqual(removalPolicy === RETAIN ? [A, B] : [A]);
    expect(copies(after).map(({ arn }) => arn)).toEqual(expect.arrayContaining(heldArns(after)));
  });
});
