import { Clock } from './clock';
import { FunctionRuntime } from './functions/lambda-function';
import { Service } from './wire';

/** What every part of the simulated AWS stands on: time, chance, function processes and the endpoints that they call. */
export interface World {
  readonly clock: Clock;
  readonly functions: FunctionRuntime;
  /** Seeded: 0 <= x < 1. */
  random(): number;
  /** From now on requests of that service, as `WireRequest.service` names it, are answered by `service`. */
  serve(name: string, service: Service): void;
  /** Lets events happen, in one order for one seed, until `work` settles; rejects when nothing can happen any more. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Makes `run` reject: something was met that is not simulated, where nobody waits for a result. */
  fail(error: Error): void;
  /** Ends every process and server. */
  close(): Promise<void>;
}
