/** One engine that can train the reference jobs. */
import type { Job } from './jobs.ts';

export interface TrainingEngine {
  readonly name: string;
  /** @returns a function that takes so many steps and says the milliseconds of each */
  open(job: Job): Promise<(steps: number) => Promise<readonly number[]>>;
  close(): Promise<void>;
}
