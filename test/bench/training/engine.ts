/** One engine that can train the reference jobs. */
import type { Job } from './jobs.ts';

/** Takes so many steps. @returns the milliseconds of each */
export type Run = (steps: number) => Promise<readonly number[]>;

export interface TrainingEngine {
  readonly name: string;
  open(job: Job): Promise<Run>;
  close(): Promise<void>;
}

/** An engine that has a job open and is warm. */
export interface Runner {
  readonly run: Run;
  /** Milliseconds of its last step so far. */
  readonly typical: number;
}
