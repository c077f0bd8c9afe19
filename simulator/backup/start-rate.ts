import { Clock } from '../clock';
import { BackupError } from './backup-error';

/** Throttles StartCopyJob to so many calls in any second. */
export class StartRate {
  private recent: number[] = [];

  constructor(private readonly clock: Clock, private readonly perSecond = Infinity) {}

  take(): void {
    const now = this.clock.now();
    this.recent = this.recent.filter(time => time > now - 1000);
    if (this.recent.length >= this.perSecond) {
      throw new BackupError('ThrottlingException', 'Rate exceeded');
    }
    this.recent.push(now);
  }
}
