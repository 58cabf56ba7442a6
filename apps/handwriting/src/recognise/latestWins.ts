/**
 * Runs one job at a time and only ever for the latest state: requests that arrive during a run become one run
 * after it. Requests that can wait keep a pause between runs, so that recognition while writing leaves the
 * pen its time.
 */
export class LatestWins {
  private running = false;
  /** The most urgent request since the last run began. */
  private wanted: 'no' | 'soon' | 'now' = 'no';
  private lastStart = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly run: () => Promise<void>;
  private readonly restMs: number;

  /** @param run must handle its own failures. @param restMs from one start to the next, for `soon`. */
  constructor(run: () => Promise<void>, restMs: number) {
    this.run = run;
    this.restMs = restMs;
  }

  request(when: 'soon' | 'now'): void {
    if (this.wanted !== 'now') this.wanted = when;
    this.schedule();
  }

  /** Forgets what is waiting; a run under way goes on. */
  cancel(): void {
    this.wanted = 'no';
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (this.running || this.wanted === 'no') return;
    const wait = this.wanted === 'now' ? 0 : this.lastStart + this.restMs - performance.now();
    if (wait > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        void this.start();
      }, wait);
    } else void this.start();
  }

  private async start(): Promise<void> {
    if (this.running) return;
    this.cancel();
    this.running = true;
    this.lastStart = performance.now();
    try {
      await this.run();
    } finally {
      this.running = false;
      this.schedule();
    }
  }
}
