import { Correspondence } from './custom-resource';
import { CustomResourceEvent } from './custom-resource-answer';

/** One request to a custom resource and what became of it. */
export interface RequestRecord {
  readonly requestType: CustomResourceEvent['RequestType'];
  readonly logicalId: string;
  readonly type: string;
  /** As it was sent. */
  readonly physicalId?: string;
  /** ISO 8601, simulated. */
  readonly sent: string;
  /** Until the first answer, or until CloudFormation gave up; undefined as long as neither has happened. */
  readonly seconds?: number;
  readonly timedOut: boolean;
  /** How often Lambda was given the event, its own retries apart. */
  readonly deliveries: number;
  /** Whatever arrived at the response URL, in order; only the first was heard. */
  readonly answers: readonly string[];
}

export function requestRecord({ event, sent, settled, timedOut, deliveries, answers }: Correspondence): RequestRecord {
  return {
    requestType: event.RequestType,
    logicalId: event.LogicalResourceId,
    type: event.ResourceType,
    physicalId: event.PhysicalResourceId,
    sent: new Date(sent).toISOString(),
    seconds: settled === undefined ? undefined : (settled - sent) / 1000,
    timedOut,
    deliveries,
    answers: answers.map(({ body }) => body),
  };
}
