import { Authorize } from './lambda';
import { randomUuid } from './random-text';
import { interpret, Outcome, parseDefinition, StateMachineDefinition } from './state-machine';
import { Answer, Service, WireRequest } from './wire';
import { errorReply } from './wire/error-reply';
import { World } from './world';

/** A state machine as its template describes it, references resolved. */
export interface StateMachine {
  readonly arn: string;
  readonly definition: string;
  readonly roleArn: string;
}

interface RegisteredMachine extends StateMachine {
  readonly parsed: StateMachineDefinition;
}

/** One execution. `outcome` is missing as long as it runs. */
export interface Execution {
  readonly arn: string;
  readonly input: string;
  readonly startTime: number;
  outcome?: Outcome;
}

const MAX_INPUT_BYTES = 262_144;

/** Names of executions that ended are free again after 90 days. */
const NAME_REUSE_MILLISECONDS = 90 * 86_400_000;

/** AWS Step Functions: starts executions of standard workflows, whose tasks invoke Lambda functions. */
export class StepFunctionsService implements Service {
  private readonly machines = new Map<string, RegisteredMachine>();
  private readonly byArn = new Map<string, Execution>();

  /** `lambda` is what the tasks call: the service as functions see it, with all that wraps it. */
  constructor(private readonly world: Pick<World, 'clock' | 'fail' | 'random'>, private readonly lambda: Service, private readonly authorize: Authorize) {}

  /** Refuses by name what the definition has and the simulator does not know. */
  register(machine: StateMachine): void {
    this.machines.set(machine.arn, { ...machine, parsed: parseDefinition(machine.definition) });
  }

  remove(arn: string): void {
    this.machines.delete(arn);
  }

  executions(): readonly Execution[] {
    return [...this.byArn.values()];
  }

  async handle(request: WireRequest): Promise<Answer> {
    const target = request.headers['x-amz-target'];
    if (target !== 'AWSStepFunctions.StartExecution') throw new Error(`Not simulated: states ${target}.`);
    const parameters = JSON.parse(request.body) as { stateMachineArn: string; name?: string; input?: string };
    const { stateMachineArn, name = randomUuid(() => this.world.random()), input = '{}' } = parameters;
    const denial = await this.authorize(request.caller, 'states:StartExecution', stateMachineArn);
    if (denial) return refused('AccessDeniedException', denial);
    const machine = this.machines.get(stateMachineArn);
    if (!machine) return refused('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
    if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name)) return refused('InvalidName', `Invalid Name: '${name}'`);
    if (!isValidInput(input)) return refused('InvalidExecutionInput', 'Invalid State Machine Execution Input');
    return this.start(machine, name, input);
  }

  private start(machine: RegisteredMachine, name: string, input: string): Answer {
    const now = this.world.clock.now();
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.byArn.get(arn);
    if (known && !known.outcome && known.input === input) return started(known);
    if (known && now < known.startTime + NAME_REUSE_MILLISECONDS) {
      return refused('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution: Execution = { arn, input, startTime: now };
    this.byArn.set(arn, execution);
    this.execute(machine, execution).catch(error => this.world.fail(error as Error));
    return started(execution);
  }

  private async execute(machine: RegisteredMachine, execution: Execution): Promise<void> {
    const invoke = async (functionArn: string, payload: string) => this.invokeTask(machine, functionArn, payload);
    execution.outcome = await interpret(machine.parsed, execution.input, invoke, async milliseconds => this.world.clock.sleep(milliseconds));
  }

  private async invokeTask(machine: StateMachine, functionArn: string, payload: string): Promise<Outcome> {
    const answer = await this.lambda.handle({
      service: 'lambda',
      region: functionArn.split(':')[3],
      method: 'POST',
      path: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
      query: new URLSearchParams(),
      headers: {},
      body: payload,
      caller: { functionArn: machine.arn, roleArn: machine.roleArn },
    });
    if (typeof answer === 'string' || answer.cut || !isJson(answer.body)) return { error: 'Lambda.SdkClientException', cause: 'Unable to execute HTTP request: The target server failed to respond' };
    if (answer.status !== 200) return { error: `Lambda.${answer.headers?.['x-amzn-errortype']}`, cause: answer.body };
    if (!answer.headers?.['x-amz-function-error']) return { output: answer.body };
    const { errorType = 'Lambda.Unknown' } = JSON.parse(answer.body) as { errorType?: string };
    return { error: errorType, cause: answer.body };
  }
}

function isValidInput(input: string): boolean {
  return isJson(input) && Buffer.byteLength(input) <= MAX_INPUT_BYTES;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function started(execution: Execution): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ executionArn: execution.arn, startDate: execution.startTime / 1000 }),
  };
}

function refused(code: string, message: string): Answer {
  return errorReply('states', { status: 400, code, message });
}
