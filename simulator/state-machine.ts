/** A definition in the Amazon States Language, as far as the provider framework's waiter uses it. */
export interface StateMachineDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, TaskState>>;
}

interface TaskState {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Next?: string;
  readonly End?: boolean;
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
}

interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

/** An error as a state machine sees it. */
export interface TaskError {
  readonly error: string;
  readonly cause: string;
}

type Sleep = (milliseconds: number) => Promise<void>;

export type Outcome = { readonly output: string } | TaskError;

const FIELDS = {
  machine: ['Comment', 'StartAt', 'States'],
  state: ['Comment', 'Type', 'Resource', 'Retry', 'Catch', 'Next', 'End'],
  retrier: ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate'],
  catcher: ['ErrorEquals', 'Next'],
};

/** Reads a definition; what the interpreter does not know is refused by name. */
export function parseDefinition(text: string): StateMachineDefinition {
  const definition = JSON.parse(text) as StateMachineDefinition;
  refuseOthers('the state machine', definition, FIELDS.machine);
  for (const [name, state] of Object.entries(definition.States)) {
    if (state.Type !== 'Task') throw new Error(`Not simulated: state '${name}' of type '${String(state.Type)}'.`);
    if (!/^arn:[^:]+:lambda:[^:]+:\d+:function:[^:]+$/.test(state.Resource)) {
      throw new Error(`Not simulated: state '${name}' with the Resource '${state.Resource}'.`);
    }
    refuseOthers(`state '${name}'`, state, FIELDS.state);
    state.Retry?.forEach(retrier => refuseOthers(`a Retry of state '${name}'`, retrier, FIELDS.retrier));
    state.Catch?.forEach(catcher => refuseOthers(`a Catch of state '${name}'`, catcher, FIELDS.catcher));
    for (const next of [state.Next, ...state.Catch?.map(catcher => catcher.Next) ?? []]) {
      if (next !== undefined && !(next in definition.States)) throw new Error(`State '${name}' leads to '${next}', which is not defined.`);
    }
    if ((state.Next === undefined) === (state.End !== true)) throw new Error(`State '${name}' needs either Next or End.`);
  }
  if (!(definition.StartAt in definition.States)) throw new Error(`StartAt '${definition.StartAt}' is not defined.`);
  return definition;
}

/** Runs an execution to its end. */
export async function interpret(
  definition: StateMachineDefinition, input: string, invoke: (functionArn: string, payload: string) => Promise<Outcome>, sleep: Sleep,
): Promise<Outcome> {
  let state = definition.States[definition.StartAt];
  let data = input;
  for (;;) {
    const { Resource } = state;
    const payload = data;
    const outcome = await retrying(state.Retry ?? [], async () => invoke(Resource, payload), sleep);
    if ('output' in outcome) {
      if (state.Next === undefined) return outcome;
      data = outcome.output;
      state = definition.States[state.Next];
    } else {
      const catcher = state.Catch?.find(candidate => matches(candidate, outcome));
      if (!catcher) return outcome;
      data = JSON.stringify({ Error: outcome.error, Cause: outcome.cause });
      state = definition.States[catcher.Next];
    }
  }
}

/** The first retrier that names an error decides about it, and each counts for itself. */
async function retrying(retriers: readonly Retrier[], attempt: () => Promise<Outcome>, sleep: Sleep): Promise<Outcome> {
  const retries = new Map<Retrier, number>();
  for (;;) {
    const outcome = await attempt();
    if ('output' in outcome) return outcome;
    const retrier = retriers.find(candidate => matches(candidate, outcome));
    if (!retrier) return outcome;
    const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2 } = retrier;
    const done = retries.get(retrier) ?? 0;
    if (done >= MaxAttempts) return outcome;
    retries.set(retrier, done + 1);
    await sleep(IntervalSeconds * BackoffRate ** done * 1000);
  }
}

function matches({ ErrorEquals }: { readonly ErrorEquals: readonly string[] }, { error }: TaskError): boolean {
  const isTaskFailure = error !== 'States.Timeout';
  return ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL') || (isTaskFailure && ErrorEquals.includes('States.TaskFailed'));
}

function refuseOthers(what: string, object: object, known: readonly string[]): void {
  const unknown = Object.keys(object).find(key => !known.includes(key));
  if (unknown) throw new Error(`Not simulated: '${unknown}' of ${what}.`);
}
