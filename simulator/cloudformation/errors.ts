/** CloudFormation itself would not accept the template: nothing is deployed. */
export class ValidationError extends Error {
  readonly name = 'ValidationError';
}

/** The template is fine, but the simulator does not know this part of AWS: nothing is deployed. */
export class NotSimulated extends Error {
  readonly name = 'NotSimulated';
}

/** One resource could not be created, updated or deleted; the message becomes the reason in its event. */
export class ResourceFailure extends Error {
  /** @param physicalId what a custom resource answered along with its failure. */
  constructor(message: string, readonly physicalId?: string) {
    super(message);
  }
}
