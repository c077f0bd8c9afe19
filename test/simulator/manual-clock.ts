import { VirtualClock } from '../../simulator/virtual-clock';

/** Virtual time that a test lets pass. */
export class ManualClock extends VirtualClock {
  constructor() {
    super(Date.UTC(2025, 0, 1), () => undefined);
  }

  /** Lets everything happen that is due within so many seconds. */
  async pass(seconds: number): Promise<void> {
    const end = this.now() + seconds * 1000;
    await new Promise(setImmediate);
    while ((this.nextTime() ?? Infinity) <= end) {
      this.runNext();
      await new Promise(setImmediate);
    }
    this.advanceTo(end);
  }
}
