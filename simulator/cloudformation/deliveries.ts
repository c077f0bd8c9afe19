import { RequestPattern, Scenario } from '../scenario';
import { CustomResourceEvent } from './custom-resource-answer';

/** What a scenario says about the way of events and their answers; resources by logical id. */
export type DeliveryRules = Pick<Scenario, 'deliverLate' | 'deliverAgain' | 'loseAnswers'>;

/** How one event is delivered; seconds count from its sending. */
export interface DeliveryPlan {
  readonly firstAfterSeconds: number;
  readonly againAfterSeconds: readonly number[];
  readonly losesAnswers: boolean;
}

export function planDelivery(event: CustomResourceEvent, { deliverLate, deliverAgain, loseAnswers }: DeliveryRules): DeliveryPlan {
  const isMeant = ({ requestType = event.RequestType, resource = event.LogicalResourceId }: RequestPattern) =>
    requestType === event.RequestType && resource === event.LogicalResourceId;
  return {
    firstAfterSeconds: deliverLate.find(isMeant)?.afterSeconds ?? 0,
    againAfterSeconds: deliverAgain.filter(isMeant).map(({ afterSeconds }) => afterSeconds),
    losesAnswers: loseAnswers.some(isMeant),
  };
}
