import { Clock } from '../clock';
import { LambdaService } from '../lambda';
import { randomUuid } from '../random-text';
import { DEFAULT_SCENARIO } from '../scenario';
import { Answer, Service, WireRequest } from '../wire';
import { CustomResourceAnswer, CustomResourceEvent, readAnswer } from './custom-resource-answer';
import { DeliveryRules, planDelivery } from './deliveries';
import { Place } from './place';
import { EXPIRES_SECONDS, responseUrl } from './response-url';
import { isObject, Json, Properties } from './template';

/** What a custom resource is asked for. */
export interface CustomResourceRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly properties: Properties;
  readonly oldProperties?: Properties;
}

/** One request and all that was ever put to its response URL. */
export interface Correspondence {
  readonly event: CustomResourceEvent;
  readonly sent: number;
  readonly answers: { readonly time: number; readonly body: string }[];
  /** How often Lambda was given the event. */
  deliveries: number;
  /** When CloudFormation heard an answer, or gave up. */
  settled?: number;
  /** Whether CloudFormation had given up before the first answer. */
  timedOut: boolean;
}

/** A request whose response URL is still known. */
interface OpenRequest {
  readonly correspondence: Correspondence;
  readonly losesAnswers: boolean;
  answer(body: string): void;
}

const LONGEST_SECONDS = 3_600;

/** Sends custom resource events and takes their answers at the response URLs. */
export class CustomResources implements Service {
  /** Everything sent so far, in order. */
  readonly correspondence: Correspondence[] = [];
  private readonly open = new Map<string, OpenRequest>();
  private rules: DeliveryRules = DEFAULT_SCENARIO;
  /** How many requests earlier operations sent. */
  private earlier = 0;

  constructor(private readonly clock: Clock, private readonly functions: Pick<LambdaService, 'invokeAsync'>) {}

  /** An operation begins. Its events are delivered by these rules; what was sent before keeps its own. */
  play(rules: DeliveryRules): void {
    this.rules = rules;
    this.earlier = this.correspondence.length;
  }

  /** Resolves with the first answer, or a failure when none comes in time. */
  async send(request: CustomResourceRequest, place: Place): Promise<CustomResourceAnswer> {
    const event = this.eventOf(request, place);
    const plan = planDelivery(event, this.rules);
    const correspondence: Correspondence = { event, sent: this.clock.now(), answers: [], deliveries: 0, timedOut: false };
    this.correspondence.push(correspondence);
    const body = this.firstAnswer(correspondence, Number(request.properties.ServiceTimeout ?? LONGEST_SECONDS), plan.losesAnswers);
    plan.againAfterSeconds.forEach(seconds => this.deliverAfter(seconds, correspondence));
    if (plan.firstAfterSeconds > 0) this.deliverAfter(plan.firstAfterSeconds, correspondence);
    else await this.deliver(correspondence);
    return judge(await body, event);
  }

  async handle(request: WireRequest): Promise<Answer> {
    const open = this.open.get(`${request.path}?${request.query.get('X-Amz-Signature') ?? ''}`);
    if (!open || request.method !== 'PUT') return refuse('SignatureDoesNotMatch');
    if (this.clock.now() - open.correspondence.sent > EXPIRES_SECONDS * 1000) return refuse('AccessDenied', 'Request has expired');
    if (open.losesAnswers) return 'drop';
    open.correspondence.answers.push({ time: this.clock.now(), body: request.body });
    open.answer(request.body);
    return { status: 200, body: '' };
  }

  private async deliver(correspondence: Correspondence): Promise<void> {
    const { event } = correspondence;
    await this.functions.invokeAsync(event.ServiceToken, JSON.stringify(event));
    correspondence.deliveries++;
  }

  private deliverAfter(seconds: number, correspondence: Correspondence): void {
    // By then the function may be gone, and the event with it.
    this.clock.at(this.clock.now() + seconds * 1000, () => void this.deliver(correspondence).catch(() => undefined));
  }

  private eventOf(request: CustomResourceRequest, place: Place): CustomResourceEvent {
    const requestId = this.retried(request, place) ?? randomUuid(place.random);
    return {
      RequestType: request.requestType,
      ServiceToken: String(request.properties.ServiceToken),
      ResponseURL: responseUrl(place, request.logicalId, requestId, this.clock.now()),
      StackId: place.stackId,
      RequestId: requestId,
      LogicalResourceId: request.logicalId,
      ...(request.physicalId === undefined ? {} : { PhysicalResourceId: request.physicalId }),
      ResourceType: request.type,
      ResourceProperties: asStrings(request.properties),
      ...(request.oldProperties === undefined ? {} : { OldResourceProperties: asStrings(request.oldProperties) }),
    };
  }

  /** The id of the request that failed in an earlier operation and is made again now: CloudFormation uses it again (aws-cdk issue 35957). */
  private retried({ logicalId, requestType }: CustomResourceRequest, { stackId }: Place): string | undefined {
    const [earlier, now] = [this.correspondence.slice(0, this.earlier), this.correspondence.slice(this.earlier)];
    const last = earlier.reverse().find(({ event }) => event.StackId === stackId && event.LogicalResourceId === logicalId);
    if (last?.event.RequestType !== requestType || !hasFailed(last)) return undefined;
    const { RequestId: id } = last.event;
    return now.some(({ event }) => event.RequestId === id) ? undefined : id;
  }

  private firstAnswer(correspondence: Correspondence, seconds: number, losesAnswers: boolean): Promise<string | undefined> {
    const url = new URL(correspondence.event.ResponseURL);
    return new Promise(done => {
      const settle = (body: string | undefined): void => {
        correspondence.settled ??= this.clock.now();
        done(body);
      };
      const cancelTimeout = this.clock.at(this.clock.now() + seconds * 1000, () => {
        correspondence.timedOut = true;
        settle(undefined);
      });
      const answer = (body: string): void => {
        cancelTimeout();
        settle(body);
      };
      this.open.set(`${url.pathname}?${url.searchParams.get('X-Amz-Signature')}`, { correspondence, losesAnswers, answer });
    });
  }
}

function hasFailed({ event, answers: [first], timedOut }: Correspondence): boolean {
  return timedOut || (first !== undefined && readAnswer(first.body, event).failure !== undefined);
}

function judge(body: string | undefined, event: CustomResourceEvent): CustomResourceAnswer {
  if (body !== undefined) return readAnswer(body, event);
  const failure = 'CloudFormation did not receive a response from your Custom Resource. '
    + `Please check your logs for requestId [${event.RequestId}]. If you are using the Python cfn-response module, `
    + 'you may need to update your Lambda function code so that CloudFormation can attach the updated version.';
  return { failure, attributes: {} };
}

/** CloudFormation hands over numbers and booleans as strings. */
function asStrings(value: Json): Json {
  if (Array.isArray(value)) return value.map(asStrings);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asStrings(item)]));
  return String(value);
}

function refuse(code: string, message = code): Answer {
  return { status: 403, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}
