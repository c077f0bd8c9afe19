import { Service, WireReply, WireRequest } from '../../simulator/wire';

/** A request to AWS Backup as it was on the wire, and its answer. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** The service, with what it is asked and answers added to `exchanges`. */
export function recording(service: Service, exchanges: Exchange[]): Service {
  return {
    handle: async request => {
      const answer = await service.handle(request);
      exchanges.push(exchange(request, answer as WireReply));
      return answer;
    },
  };
}

function exchange({ method, path, query, body }: WireRequest, { status, headers = {}, body: answered }: WireReply): Exchange {
  return { method, path, query: Object.fromEntries(query), body, answer: { status, headers, body: answered } };
}
