import { Clock } from '../clock';
import { Scenario } from '../scenario';
import { BackupError } from './backup-error';

/** Throttles StartCopyJob to so many calls in any second. */
export class StartRate {
  private recent: number[] = [];

  constructor(private readonly clock: Clock, private readonly scenario: () => Scenario) {}

  take(): void {
    const { startCopyJobPerSecond: most = Infinity } = this.scenario();
    const now = this.clock.now();
    this.recent = this.recent.filter(time => time > now - 1000);
    if (this.recent.length >= most) {
      throw new BackupError('ThrottlingException', 'Rate exceeded');
    }
    this.recent.push(now);
  }
}
