import { Clock } from '../clock';
import { Iam } from '../iam';
import { Scenario } from '../scenario';
import { Answer, Service, WireRequest } from '../wire';
import { ResourceView, viewsAt } from './resource-views';
import { StackState } from './stack-state';
import { errorReply } from '../wire/error-reply';
import { OPERATIONS } from '../wire/operation';

/** CloudFormation as functions can ask it, over the Query protocol. */
export class CloudFormationApi implements Service {
  private readonly stacks: StackState[] = [];
  private lag = 0;

  constructor(private readonly clock: Pick<Clock, 'now'>, private readonly iam: Pick<Iam, 'denial'>) {}

  /** From now on resources are shown so late. */
  play({ resourceLagSeconds }: Pick<Scenario, 'resourceLagSeconds'>): void {
    this.lag = resourceLagSeconds * 1_000;
  }

  /** From now on the stack, and those inside it, can be asked for. */
  add(state: StackState): void {
    if (!this.stacks.includes(state)) this.stacks.push(state);
  }

  async handle(request: WireRequest): Promise<Answer> {
    const input = new URLSearchParams(request.body);
    const action = input.get('Action') ?? '';
    const name = input.get('StackName') ?? '';
    if (!OPERATIONS.cloudformation.includes(action)) return refuse(400, 'InvalidAction', `The action ${action} is not simulated.`);
    const stack = this.find(name, request.region);
    // A stack that is not there is asked for under an ARN all the same.
    const denial = this.iam.denial(request.caller.roleArn, `cloudformation:${action}`, stack?.id ?? this.arnOf(name, request));
    if (denial) return refuse(403, 'AccessDenied', denial);
    if (!stack) return refuse(400, 'ValidationError', action === 'DescribeStacks' ? `Stack with id ${name} does not exist` : `Stack '${name}' does not exist`);
    const resources = viewsAt(stack, this.clock.now() - this.lag);
    switch (action) {
      case 'DescribeStacks': return reply(action, `<Stacks><member>${describeStack(stack)}</member></Stacks>`);
      case 'ListStackResources': return reply(action, listResources(resources, input.get('NextToken')));
      default: {
        const id = input.get('LogicalResourceId') ?? '';
        const resource = resources.get(id);
        if (!resource) return refuse(400, 'ValidationError', `Resource ${id} does not exist for stack ${stack.name}`);
        const of = element('StackName', stack.name) + element('StackId', stack.id);
        return reply(action, `<StackResourceDetail>${of}${describeResource(id, resource)}</StackResourceDetail>`);
      }
    }
  }

  /** By id; or by name, unless it has been deleted. */
  private find(name: string, region: string): StackState | undefined {
    const all = this.stacks.flatMap(withNested).filter(({ id }) => id.split(':')[3] === region);
    return all.find(({ id }) => id === name) ?? all.find(stack => stack.name === name && stack.status !== 'DELETE_COMPLETE');
  }

  private arnOf(name: string, { caller, region }: WireRequest): string {
    const [, partition, , , account] = caller.roleArn.split(':');
    return name.startsWith('arn:') ? name : `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/*`;
  }
}

function withNested(stack: StackState): StackState[] {
  return [stack, ...Object.values(stack.resources).flatMap(({ stack: nested }) => nested ? withNested(nested) : [])];
}

function describeStack(stack: StackState): string {
  const outputs = Object.entries(stack.outputs)
    .map(([name, value]) => `<member>${element('OutputKey', name)}${element('OutputValue', value)}</member>`).join('');
  return [
    element('StackName', stack.name),
    element('StackId', stack.id),
    element('CreationTime', dateOf(stack.created)),
    element('LastUpdatedTime', dateOf(stack.updated)),
    element('DeletionTime', dateOf(stack.deleted)),
    element('StackStatus', stack.status),
    element('StackStatusReason', stack.statusReason),
    element('ParentId', stack.parentId),
    element('RootId', stack.rootId),
    '<DisableRollback>false</DisableRollback>',
    `<Outputs>${outputs}</Outputs>`,
  ].join('');
}

const RESOURCES_A_PAGE = 100;

function listResources(resources: ReadonlyMap<string, ResourceView>, token: string | null): string {
  const start = Number(token ?? 0);
  const page = [...resources].slice(start, start + RESOURCES_A_PAGE).map(([id, resource]) => `<member>${describeResource(id, resource)}</member>`);
  const next = start + RESOURCES_A_PAGE < resources.size ? String(start + RESOURCES_A_PAGE) : undefined;
  return `<StackResourceSummaries>${page.join('')}</StackResourceSummaries>${element('NextToken', next)}`;
}

function describeResource(logicalId: string, { physicalId, type, status, updated }: ResourceView): string {
  return [
    element('LogicalResourceId', logicalId),
    element('PhysicalResourceId', physicalId || undefined),
    element('ResourceType', type),
    element('ResourceStatus', status),
    element('LastUpdatedTimestamp', dateOf(updated)),
  ].join('');
}

function dateOf(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function element(name: string, text: string | undefined): string {
  if (text === undefined) return '';
  return `<${name}>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}</${name}>`;
}

function reply(action: string, result: string): Answer {
  const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>`
    + `<ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></${action}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

function refuse(status: number, code: string, message: string): Answer {
  return errorReply('cloudformation', { status, code, message });
}
