import { StackEvent } from './cloudformation/stack-state';
import { formatEvent, formatProgress, Layout } from './report';

/** Where lines go; a real terminal has `isTTY`. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[2K';
const REFRESH_MILLISECONDS = 100;

/** Prints events, and on a real terminal keeps a line below them that tells what is in progress. */
export class Terminal {
  readonly layout: Layout;
  private readonly live: boolean;
  private readonly inProgress = new Set<string>();
  private readonly refresh?: NodeJS.Timeout;
  private readonly start: number;

  /** `now` is the simulated time. */
  constructor(private readonly output: Output, paths: Layout['paths'], private readonly now: () => number) {
    this.live = output.isTTY === true;
    this.layout = { colour: this.live && !process.env.NO_COLOR, width: this.live ? output.columns ?? 80 : Infinity, paths };
    this.start = now();
    if (this.live) this.refresh = setInterval(() => this.draw(), REFRESH_MILLISECONDS).unref();
  }

  event(event: StackEvent): void {
    if (event.logicalId !== event.stackName && event.status.endsWith('_IN_PROGRESS')) this.inProgress.add(event.logicalId);
    else this.inProgress.delete(event.logicalId);
    const text = formatEvent(event, this.layout);
    if (text !== undefined) this.print(text);
  }

  print(text: string): void {
    this.output.write(this.live ? `${CLEAR_LINE}${text}\n` : `${text}\n`);
  }

  /** From now on there is nothing in progress. */
  close(): void {
    clearInterval(this.refresh);
    if (this.live) this.output.write(CLEAR_LINE);
  }

  private draw(): void {
    this.output.write(`${CLEAR_LINE}${formatProgress([...this.inProgress], (this.now() - this.start) / 1000, this.layout)}`);
  }
}
