import { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Handover } from './handover';
import { Attributes } from '../../src/contract';

/** The event of a poll: CloudFormation's request and what `onEvent` left. */
export type PollEvent = CloudFormationCustomResourceEvent & Handover;

/** What the provider framework takes for an answer. An id given here replaces the one that `onEvent` gave. */
export interface PollResult {
  readonly IsComplete: boolean;
  readonly PhysicalResourceId?: string;
  readonly Data?: Attributes;
}
