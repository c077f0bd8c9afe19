import { Clock } from './clock';
import { faultReply } from './faults/fault-reply';
import { Fault } from './scenario';
import { Answer, Caller, Service, WireReply, WireRequest } from './wire';
import { operationOf } from './wire/operation';

/** What faults need of the world. */
export interface FaultSurroundings {
  readonly clock: Clock;
  random(): number;
  /** Ends the function that made a call; tells whether it was a function. */
  crash?(caller: Caller): boolean;
}

/** Longer than any function may run. */
const NEVER_MILLISECONDS = 901_000;

/** The faults of a scenario, and how often each kind was played. */
export class Faults {
  private schedules: readonly FaultSchedule[] = [];
  private readonly injected = new Map<string, number>();

  constructor(faults: readonly Fault[], private readonly around: FaultSurroundings) {
    this.play(faults);
  }

  /** From now on there are these faults; what the earlier ones counted ends with them. */
  play(faults: readonly Fault[]): void {
    this.schedules = faults.map(fault => new FaultSchedule(fault, this.around));
    this.injected.clear();
  }

  /** The service with the faults that the scenario gives it; where several hit one call, the first does. */
  wrap(name: string, service: Service): Service {
    return {
      handle: request => {
        const operation = operationOf(request);
        return this.handle(service, request, this.schedules.filter(({ fault }) =>
          fault.service === name && fault.operation === operation && (!isCrash(fault) || isFunction(request.caller))));
      },
    };
  }

  /** Times that each kind was played, as `service kind`. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.injected].sort());
  }

  private async handle(service: Service, request: WireRequest, schedules: readonly FaultSchedule[]): Promise<Answer> {
    const due = schedules.filter(schedule => schedule.isDue())[0];
    if (!due) {
      return service.handle(request);
    }
    due.hit();
    const played = `${due.fault.service} ${due.fault.kind}`;
    this.injected.set(played, (this.injected.get(played) ?? 0) + 1);
    return this.inject(due.fault, service, request);
  }

  private async inject(fault: Fault, service: Service, request: WireRequest): Promise<Answer> {
    switch (fault.kind) {
      case 'connectionRefused':
        return 'refuse';
      case 'dropBeforeServing':
        return 'drop';
      case 'dropAfterServing':
        await service.handle(request);
        return 'drop';
      case 'slow': {
        const answer = await service.handle(request);
        await this.around.clock.sleep((fault.seconds ?? 0) * 1000);
        return answer;
      }
      case 'malformedJson': {
        const answer = await service.handle(request);
        return typeof answer === 'string' ? answer : half(answer);
      }
      case 'halfAnswer': {
        const answer = await service.handle(request);
        return typeof answer === 'string' ? answer : { ...answer, cut: true };
      }
      case 'crashBefore':
        return this.crash(request);
      case 'crashAfter':
        await service.handle(request);
        return this.crash(request);
      case 'timeoutBefore':
        return this.hang();
      case 'timeoutAfter':
        await service.handle(request);
        return this.hang();
      default:
        return faultReply(fault.kind, request);
    }
  }

  private crash({ caller }: WireRequest): Answer {
    if (!this.around.crash?.(caller)) {
      throw new Error(`Not simulated: a crash of ${caller.functionArn}, which is no function that runs.`);
    }
    return 'drop';
  }

  private async hang(): Promise<Answer> {
    await this.around.clock.sleep(NEVER_MILLISECONDS);
    return 'drop';
  }
}

/** Decides which calls a fault hits. */
class FaultSchedule {
  private calls = 0;
  private hits = 0;
  private firstCall?: number;

  constructor(readonly fault: Fault, private readonly around: FaultSurroundings) {}

  /** Counts the call, also when another fault takes it: when a fault acts depends on the calls alone. */
  isDue(): boolean {
    const { skip = 0, times = Infinity, forSeconds = Infinity, rate = 1 } = this.fault;
    if (this.calls++ < skip) {
      return false;
    }
    const now = this.around.clock.now();
    this.firstCall ??= now;
    return this.hits < times && now < this.firstCall + forSeconds * 1000 && (rate === 1 || this.around.random() < rate);
  }

  hit(): void {
    this.hits++;
  }
}

function isCrash({ kind }: Fault): boolean {
  return kind === 'crashBefore' || kind === 'crashAfter';
}

/** The waiter calls functions, too, and cannot crash. */
function isFunction({ functionArn }: Caller): boolean {
  return functionArn.split(':')[2] === 'lambda';
}

function half(reply: WireReply): WireReply {
  return { ...reply, body: reply.body.slice(0, Math.ceil(reply.body.length / 2)) || '{' };
}
