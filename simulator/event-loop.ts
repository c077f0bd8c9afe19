import { VirtualClock } from './virtual-clock';

/** A process that runs code of its own: nothing else happens until it is quiet. */
export interface Participant {
  /** It has dealt with all that it was told, and all that it asked has arrived. */
  isQuiet(): boolean;
  /** When it wants to be woken next, if somebody waits for it. */
  nextTimer(): number | undefined;
  /** Runs its earliest timer. */
  tick(): void;
  /** It was not quiet for longer than the watchdog allows. */
  giveUp(): void;
}

interface Arrival {
  /** Arrivals of one moment are dealt with in this order: messages and HTTP are unordered towards each other. */
  readonly order: readonly number[];
  readonly action: () => void;
}

function compare(a: Arrival, b: Arrival): number {
  const differing = a.order.findIndex((value, index) => value !== b.order[index]);
  return differing < 0 ? 0 : a.order[differing] - b.order[differing];
}

/**
 * One thing at a time: what came from a process, then one message or reply to a process, then the next event of the clock;
 * and after each of them everything runs until all is quiet. So at most one process is ever busy, and one seed gives one order.
 */
export class EventLoop {
  private readonly participants = new Set<Participant>();
  private readonly arrivals: Arrival[] = [];
  private readonly departures: (() => void)[] = [];
  private failure: Error | undefined;
  private wakeUp: (() => void) | undefined;

  constructor(private readonly clock: VirtualClock, private readonly watchdogMilliseconds: number) {}

  join(participant: Participant): void {
    this.participants.add(participant);
  }

  leave(participant: Participant): void {
    this.participants.delete(participant);
    this.wake();
  }

  /** Something came from a process. */
  arrive(order: readonly number[], action: () => void): void {
    this.arrivals.push({ order, action });
    this.wake();
  }

  /** Something is to be sent to a process. */
  depart(action: () => void): void {
    this.departures.push(action);
  }

  /** The run cannot go on: what it met is not simulated. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }

  /** Something that a participant waits for may have come. */
  wake(): void {
    this.wakeUp?.();
  }

  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await new Promise(resolve => setImmediate(resolve));
      if (this.failure) throw this.failure;
      if (settled) return work;
      const busy = [...this.participants].filter(participant => !participant.isQuiet());
      if (busy.length > 0) {
        await this.activityOf(busy);
      } else if (!this.step()) {
        throw new Error('Nothing can happen any more, and what was to be done is not done.');
      }
    }
  }

  private step(): boolean {
    const action = this.arrivals.sort(compare).shift()?.action ?? this.departures.shift();
    if (action) {
      action();
      return true;
    }
    return this.advance();
  }

  private advance(): boolean {
    const event = this.clock.nextTime() ?? Infinity;
    let timer = Infinity;
    let owner: Participant | undefined;
    for (const participant of this.participants) {
      const time = participant.nextTimer() ?? Infinity;
      if (time < timer) {
        timer = time;
        owner = participant;
      }
    }
    if (owner && timer < event) {
      this.clock.advanceTo(timer);
      owner.tick();
      return true;
    }
    this.clock.runNext();
    return event < Infinity;
  }

  private async activityOf(busy: Participant[]): Promise<void> {
    await new Promise<void>(resolve => {
      const watchdog = setTimeout(() => busy.forEach(participant => participant.giveUp()), this.watchdogMilliseconds);
      this.wakeUp = () => {
        clearTimeout(watchdog);
        resolve();
      };
    });
  }
}
