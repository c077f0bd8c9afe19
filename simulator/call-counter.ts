import { Answer, Service, WireRequest } from './wire';
import { operationOf } from './wire/operation';

/** How often an operation was asked for, by what the caller got: a 2xx answer, an error, or none. */
export interface CallCount {
  accepted: number;
  rejected: number;
  dropped: number;
}

/** Counts the calls of every service that it wraps. */
export class CallCounter {
  private readonly counts = new Map<string, Map<string, CallCount>>();

  wrap(service: Service): Service {
    return {
      handle: async request => {
        const answer = await service.handle(request);
        this.count(request)[outcome(answer)]++;
        return answer;
      },
    };
  }

  /** Begins anew. */
  reset(): void {
    this.counts.clear();
  }

  /** By service and operation, names sorted. */
  calls(): Record<string, Record<string, CallCount>> {
    return sorted(this.counts, operations => sorted(operations, count => ({ ...count })));
  }

  private count(request: WireRequest): CallCount {
    const operations = this.counts.get(request.service) ?? new Map<string, CallCount>();
    this.counts.set(request.service, operations);
    const operation = operationOf(request);
    const count = operations.get(operation) ?? { accepted: 0, rejected: 0, dropped: 0 };
    operations.set(operation, count);
    return count;
  }
}

function outcome(answer: Answer): keyof CallCount {
  if (typeof answer === 'string' || answer.cut) {
    return 'dropped';
  }
  return answer.status < 300 ? 'accepted' : 'rejected';
}

function sorted<T, U>(map: ReadonlyMap<string, T>, value: (entry: T) => U): Record<string, U> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, entry]) => [name, value(entry)]));
}
