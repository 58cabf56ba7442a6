/**
 * Hands the worker one forecast at a time. There is no queue: whenever the worker is free the desk asks what
 * is wanted most now, so a fast replay drops the forecasts that came too late instead of falling behind.
 */

export interface ForecastDeskOptions<Job> {
  /** What is wanted most at this moment; undefined lets the desk rest until `wake`. */
  readonly pick: () => Job | undefined;
  readonly work: (job: Job) => Promise<void>;
  /** Called where `work` rejects. `pick` must not name the same job again, or the desk would spin. */
  readonly onFailure: (error: unknown, job: Job) => void;
}

export class ForecastDesk<Job> {
  private readonly options: ForecastDeskOptions<Job>;
  private busy = false;

  constructor(options: ForecastDeskOptions<Job>) {
    this.options = options;
  }

  /** Something may be wanted now: starts work unless it is under way. */
  wake(): void {
    if (!this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    try {
      for (let job = this.options.pick(); job !== undefined; job = this.options.pick()) {
        try {
          await this.options.work(job);
        } catch (error) {
          this.options.onFailure(error, job);
        }
      }
    } finally {
      this.busy = false;
    }
  }
}
