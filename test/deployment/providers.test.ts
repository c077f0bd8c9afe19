import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, NestedStack, Stack, StackProps, Stage, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { copyJob, Deployment, failureReason, JOB_TYPE } from './deployment';
import {
  A, B, Build, copied, copies, copyWith, DESTROY, FRANKFURT, HOUR, idOf, NEIGHBOUR_FAILS, ownRole, POLICIES, RETAIN, thenNeighbour, vault,
} from './stories';
import { readAssembly } from '../../simulator/assembly';
import { DEFAULT_SCENARIO } from '../../simulator/scenario';
import { deploy } from '../../simulator/simulation';
import { OneTimeCopyJobProps, OneTimeCopyJobProvider } from '../../src';

describe('a nested stack', () => {
  const nested = (props: Partial<OneTimeCopyJobProps>, shares: boolean): Build => stack => {
    const provider = shares ? OneTimeCopyJobProvider.getOrCreate(stack) : undefined;
    const inner = new NestedStack(stack, 'Nested');
    const copy = copyJob(inner, { role: ownRole(stack), provider, ...props });
    new CfnOutput(stack, 'CopyArn', { value: copy.destinationRecoveryPointArn });
  };

  describe.each([[true, 'its parent\'s provider'], [false, 'a provider of its own']])('(%s) with %s', shares => {
    it.each(POLICIES)('copies, changes, goes back and deletes: %s', async removalPolicy => {
      const deployment = new Deployment();
      const created = await deployment.deploy(nested({ removalPolicy }, shares));
      expect(failureReason(created)).toBe('');
      expect(created.status).toBe('CREATE_COMPLETE');
      expect(created.outputs.CopyArn).toBe(copies(created)[0].arn);

      const rolledBack = await deployment.deploy(thenNeighbour(nested({ removalPolicy, recoveryPointArn: B }, shares)), NEIGHBOUR_FAILS);
      expect(rolledBack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(idOf(rolledBack)).toBe(idOf(created));
      expect(copied(rolledBack)).toEqual(removalPolicy === RETAIN ? [A, B] : [A]);

      const changed = await deployment.deploy(nested({ removalPolicy, recoveryPointArn: B }, shares));
      expect(changed.status).toBe('UPDATE_COMPLETE');
      expect(changed.outputs.CopyArn).toBe(copies(changed).find(({ of }) => of === B)!.arn);
      expect(copied(changed)).toEqual(removalPolicy === RETAIN ? [A, B] : [B]);

      const deleted = await deployment.delete();
      expect(deleted.status).toBe('DELETE_COMPLETE');
      expect(copied(deleted)).toEqual(removalPolicy === RETAIN ? [A, B] : []);
    });

    it('waits for hours, and for a shorter time without copying again', async () => {
      const deployment = new Deployment();
      const created = await deployment.deploy(nested({ timeout: Duration.hours(4) }, shares), { copyJobs: [{ runningSeconds: 3 * HOUR }] });
      expect(created.status).toBe('CREATE_COMPLETE');
      expect(created.copyJobs).toHaveLength(1);
      const lowered = await deployment.deploy(nested({ timeout: Duration.hours(1) }, shares));
      expect(lowered.status).toBe('UPDATE_COMPLETE');
      expect(idOf(lowered)).toBe(idOf(created));
      expect(lowered.copyJobs).toHaveLength(1);
    });

    it('adopts its running copy after a failed deployment, whatever name it has then', async () => {
      const deployment = new Deployment();
      const long = { copyJobs: [{ runningSeconds: 1.5 * HOUR }] };
      expect((await deployment.deploy(nested({}, shares), long)).status).toBe('ROLLBACK_COMPLETE');
      const second = await deployment.deploy(nested({}, shares), long);
      expect(second.status).toBe('CREATE_COMPLETE');
      expect(second.copyJobs).toHaveLength(1);
    });
  });
});

describe('a provider of one\'s own', () => {
  it('serves its jobs beside the shared one', async () => {
    const ended = await new Deployment().deploy(stack => {
      copyWith()(stack);
      copyWith({ recoveryPointArn: B, provider: new OneTimeCopyJobProvider(stack, 'Own', { pollInterval: Duration.seconds(5) }) }, 'Second')(stack);
    });
    expect(ended.status).toBe('CREATE_COMPLETE');
    expect(copied(ended).sort()).toEqual([A, B].sort());
    expect(new Set(ended.events.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine').map(({ logicalId }) => logicalId)).size).toBe(2);
  });

  it('that looks every five seconds sees the end of a copy that much sooner', async () => {
    const lookingEvery = (seconds: number): Build => stack => {
      OneTimeCopyJobProvider.getOrCreate(stack, { pollInterval: Duration.seconds(seconds) });
      copyWith()(stack);
    };
    const often = await new Deployment().deploy(lookingEvery(5));
    const seldom = await new Deployment().deploy(lookingEvery(60));
    expect([often.status, seldom.status]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
    expect(often.calls.backup.DescribeCopyJob.accepted).toBeGreaterThan(100);
    expect(seldom.calls.backup.DescribeCopyJob.accepted).toBeLessThan(15);
  });
});

describe('a stack', () => {
  const deploysUnder = async (build: Build, props?: StackProps) => {
    const deployment = new Deployment(props);
    const created = await deployment.deploy(build);
    expect(failureReason(created)).toBe('');
    expect(created.status).toBe('CREATE_COMPLETE');
    expect(created.copyJobs).toHaveLength(1);
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    return { created, deleted };
  };

  it.each(POLICIES)('without account and Region copies and deletes: %s', async removalPolicy => {
    const { deleted } = await deploysUnder(copyWith({ removalPolicy }), {});
    expect(copied(deleted)).toEqual(removalPolicy === RETAIN ? [A] : []);
  });

  it('with a permissions boundary that allows what is needed copies and deletes', async () => {
    const { deleted } = await deploysUnder(stack => {
      copyWith({ removalPolicy: DESTROY })(stack);
      const boundary = new ManagedPolicy(stack, 'Boundary', { statements: [new PolicyStatement({ actions: ['*'], resources: ['*'] })] });
      PermissionsBoundary.of(stack.node.findChild('cdk-backup-copy-job.Provider')).apply(boundary);
    });
    expect(copied(deleted)).toEqual([]);
  });

  it('with a permissions boundary that forbids to pass a role says so', async () => {
    const ended = await new Deployment().deploy(stack => {
      copyWith()(stack);
      const boundary = new ManagedPolicy(stack, 'Boundary', {
        statements: [new PolicyStatement({ notActions: ['iam:PassRole'], resources: ['*'] })],
      });
      PermissionsBoundary.of(stack.node.findChild('cdk-backup-copy-job.Provider')).apply(boundary);
    });
    expect(ended.status).toBe('ROLLBACK_COMPLETE');
    expect(failureReason(ended)).toMatch(/not authorized to perform: iam:PassRole.*permissions boundary/s);
    expect(ended.copyJobs).toEqual([]);
  });

  it('with tags copies and deletes', async () => {
    await deploysUnder(stack => {
      copyWith({ removalPolicy: DESTROY })(stack);
      Tags.of(stack).add('team', 'backup');
    });
  });

  it('whose roles others made copies and deletes', async () => {
    const { created, deleted } = await deploysUnder(stack => {
      Role.customizeRoles(stack, {
        usePrecreatedRoles: Object.fromEntries([
          'HandlerRole', 'Framework/framework-onEvent/ServiceRole', 'Framework/framework-isComplete/ServiceRole',
          'Framework/framework-onTimeout/ServiceRole', 'Framework/waiter-state-machine/Role',
        ].map(path => [`Stack/cdk-backup-copy-job.Provider/${path}`, path.replace(/\W/g, '-')])),
      });
      copyWith({ removalPolicy: DESTROY })(stack);
    });
    expect(created.events.filter(({ type }) => type.startsWith('AWS::IAM::'))).toEqual([]);
    expect(copied(deleted)).toEqual([]);
  });

  it('of a stage copies', async () => {
    const outdir = mkdtempSync(join(tmpdir(), 'stage-'));
    try {
      const app = new App({ outdir });
      const stage = new Stage(app, 'Prod', { env: { account: '111122223333', region: 'us-east-1' } });
      copyWith()(new Stack(stage, 'Backup'));
      app.synth();
      const [stack] = readAssembly(outdir);
      const ended = await deploy({ stack, scenario: DEFAULT_SCENARIO });
      expect(ended.status).toBe('CREATE_COMPLETE');
      expect(ended.outputs.CopyArn).toBe(copies(ended)[0].arn);
      expect(ended.events.filter(({ type, status }) => type === JOB_TYPE && status === 'CREATE_COMPLETE')).toHaveLength(1);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });

  it('that is deleted and made anew takes over the copy that was kept', async () => {
    const deployment = new Deployment();
    const first = await deployment.deploy(copyWith());
    await deployment.delete();
    const again = await deployment.deploy(copyWith());
    expect(failureReason(again)).toBe('');
    expect(again.copyJobs).toHaveLength(1);
    expect(again.outputs).toEqual(first.outputs);
  });

  it('with jobs to several Regions deletes each copy where it is', async () => {
    const deployment = new Deployment();
    await deployment.deploy(stack => {
      copyWith({ removalPolicy: DESTROY })(stack);
      copyWith({ removalPolicy: DESTROY, recoveryPointArn: B, destinationBackupVault: vault(stack, FRANKFURT) }, 'Second')(stack);
    });
    const deleted = await deployment.delete();
    expect(deleted.status).toBe('DELETE_COMPLETE');
    expect(copied(deleted)).toEqual([]);
  });
});
