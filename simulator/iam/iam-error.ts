/** An error of the IAM API, in IAM's words. */
export class IamError extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
    this.name = code;
  }
}
