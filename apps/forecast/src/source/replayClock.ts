/**
 * Turns frames into whole steps of the replay. It knows no data: the page asks how many steps are due and
 * moves every sensor by as many.
 */

/** Steps a second that the page offers. */
export const SPEEDS = [1, 2, 5, 10, 30] as const;

/** A tab that was hidden for an hour must not leap through the file when it comes back. */
const LONGEST_FRAME_MS = 250;

export class ReplayClock {
  private owed = 0;
  private stepsPerSecond: number;

  constructor(stepsPerSecond: number) {
    this.stepsPerSecond = stepsPerSecond;
  }

  set speed(stepsPerSecond: number) {
    this.stepsPerSecond = stepsPerSecond;
  }

  /** Starts a new stretch: the fraction of a step that a pause cut off is not made up for. */
  restart(): void {
    this.owed = 0;
  }

  /** Milliseconds until the next step is due. */
  get untilDueMs(): number {
    return ((1 - this.owed) / this.stepsPerSecond) * 1000;
  }

  /** @param elapsedMs since the last call. @returns whole steps that are due. */
  advance(elapsedMs: number): number {
    const counted = Math.min(Math.max(0, elapsedMs), LONGEST_FRAME_MS);
    this.owed += (counted / 1000) * this.stepsPerSecond;
    const due = Math.floor(this.owed + 1e-9);
    this.owed -= due;
    return due;
  }
}
