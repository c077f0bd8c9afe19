import { Clock } from './clock';

interface Event {
  readonly time: number;
  readonly order: number;
  readonly action: () => void;
  cancelled: boolean;
}

function isBefore(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** A queue of events (a binary heap) and the time that it has reached. */
export class VirtualClock implements Clock {
  private readonly heap: Event[] = [];
  private scheduled = 0;
  private time: number;

  /** `publish` makes the time known to the function processes. */
  constructor(startTime: number, private readonly publish: (time: number) => void) {
    this.time = startTime;
    publish(startTime);
  }

  now(): number {
    return this.time;
  }

  at(time: number, action: () => void): () => void {
    this.scheduled += 1;
    const event = { time: Math.max(time, this.time), order: this.scheduled, action, cancelled: false };
    this.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  async sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.at(this.time + milliseconds, resolve));
  }

  /** When the next event is due. */
  nextTime(): number | undefined {
    while (this.heap[0]?.cancelled) this.pop();
    return this.heap[0]?.time;
  }

  /** Goes to the next event and lets it happen. */
  runNext(): void {
    if (this.nextTime() === undefined) return;
    const event = this.pop();
    this.advanceTo(event.time);
    event.action();
  }

  /** Time never goes back. */
  advanceTo(time: number): void {
    if (time <= this.time) return;
    this.time = time;
    this.publish(time);
  }

  private push(event: Event): void {
    const heap = this.heap;
    let index = heap.push(event) - 1;
    for (let parent = Math.floor((index - 1) / 2); index > 0 && isBefore(event, heap[parent]); parent = Math.floor((index - 1) / 2)) {
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = event;
  }

  private pop(): Event {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) break;
      const child = left + 1 < heap.length && isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!isBefore(heap[child], last)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
