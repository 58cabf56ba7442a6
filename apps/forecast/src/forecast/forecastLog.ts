/**
 * Forecasts made for one sensor, and which are still wanted. Those kept for judging stand on a fixed grid of
 * origins, so the figures under the chart are the same whether the replay ran, jumped or was reloaded.
 */
import type { ForecastRecord } from './forecastRecord.ts';

/** Judged forecasts behind now: five horizons, eight forecasts to each. */
export const JUDGED = 40;

/** Steps between judged forecasts. */
const strideOf = (horizon: number): number => Math.max(1, Math.round(horizon / 8));

/** Fewest known values to forecast from. */
export const LEAST_PAST = 8;

export class ForecastLog {
  readonly horizon: number;
  private readonly records = new Map<number, ForecastRecord>();
  /** The last one made at the now of its time, on the grid or not. */
  private latest: ForecastRecord | undefined;

  constructor(horizon: number) {
    this.horizon = horizon;
  }

  get stride(): number {
    return strideOf(this.horizon);
  }

  /** @param live whether it was made at now, and so may be drawn ahead of it although its origin is off the grid. */
  add(record: ForecastRecord, live: boolean): void {
    if (live) this.latest = record;
    if (record.origin % this.stride === 0) this.records.set(record.origin, record);
    // Scrubbing leaves records behind everywhere; the oldest inserted go first.
    const most = 4 * JUDGED;
    for (const origin of this.records.keys()) {
      if (this.records.size <= most) break;
      this.records.delete(origin);
    }
  }

  has(origin: number): boolean {
    return this.latest?.origin === origin || this.records.has(origin);
  }

  /** The forecast to draw ahead of `now`: the one made there, else the newest before it that still reaches on. */
  ahead(now: number): ForecastRecord | undefined {
    const exact = this.records.get(now) ?? (this.latest?.origin === now ? this.latest : undefined);
    if (exact) return exact;
    const before = this.latest && this.latest.origin < now ? this.latest : this.before(now);
    return before && before.origin + before.horizon > now + before.horizon / 2 ? before : undefined;
  }

  /** Judged forecasts made before `now`, oldest first. */
  judged(now: number): ForecastRecord[] {
    return this.origins(now)
      .map((origin) => this.records.get(origin))
      .filter((record) => record !== undefined)
      .reverse();
  }

  /**
   * Forecasts that follow each other without overlap from `from` to `now`, oldest first: one for each horizon,
   * on a grid that stands still while the replay moves.
   */
  chain(from: number, now: number): ForecastRecord[] {
    return this.chainOrigins(from, now)
      .map((origin) => this.records.get(origin))
      .filter((record) => record !== undefined)
      .reverse();
  }

  /**
   * The origin nearest before `now` whose forecast is wanted, to be judged or for the chain shown since `from`,
   * and neither there nor refused; undefined where nothing is wanted.
   */
  missing(from: number, now: number, refused: ReadonlySet<number>): number | undefined {
    const wanted = (origin: number) => !this.records.has(origin) && !refused.has(origin);
    return this.chainOrigins(from, now).find(wanted) ?? this.origins(now).find(wanted);
  }

  /** The judged forecast that spoke last of `index` before it came. */
  covering(index: number): ForecastRecord | undefined {
    const newest = Math.floor(index / this.stride) * this.stride;
    for (let origin = newest; origin > index - this.horizon && origin > 0; origin -= this.stride) {
      const record = this.records.get(origin);
      if (record) return record;
    }
    return undefined;
  }

  /** Judged origins before `now`, newest first. */
  private origins(now: number): number[] {
    const newest = Math.floor((now - 1) / this.stride) * this.stride;
    const origins: number[] = [];
    for (let i = 0; i < JUDGED; i++) {
      const origin = newest - i * this.stride;
      if (origin < LEAST_PAST) break;
      origins.push(origin);
    }
    return origins;
  }

  /** Newest first; the oldest may begin before `from` and still speak of it. */
  private chainOrigins(from: number, now: number): number[] {
    const link = this.stride * Math.round(this.horizon / this.stride);
    const origins: number[] = [];
    for (let origin = Math.floor((now - 1) / link) * link; origin > from - link; origin -= link) {
      if (origin < LEAST_PAST) break;
      origins.push(origin);
    }
    return origins;
  }

  private before(now: number): ForecastRecord | undefined {
    let best: ForecastRecord | undefined;
    for (const record of this.records.values()) {
      if (record.origin < now && record.origin > (best?.origin ?? -1)) best = record;
    }
    return best;
  }
}
