/** Tells what is in progress that it need not go on. */
export class Cancellation {
  /** Settles when cancellation is requested. */
  readonly requested: Promise<'cancelled'>;
  isRequested = false;
  private settle!: () => void;

  constructor() {
    this.requested = new Promise(done => {
      this.settle = () => done('cancelled');
    });
  }

  request(): void {
    this.isRequested = true;
    this.settle();
  }
}
