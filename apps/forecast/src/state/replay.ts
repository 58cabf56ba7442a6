/** One replay moves all sensors: it plays, pauses, steps and seeks. */
import { effect, type ReadonlySignal, type Signal } from '@preact/signals';
import { LEAST_PAST } from '../forecast/forecastLog.ts';
import { ReplayClock } from '../source/replayClock.ts';
import type { Sensor } from './sensor.ts';

export interface ReplayOptions {
  readonly sensors: ReadonlySignal<readonly Sensor[]>;
  readonly chosen: ReadonlySignal<Sensor | undefined>;
  /** Written here when the end is reached. */
  readonly playing: Signal<boolean>;
  /** Steps a second. */
  readonly speed: ReadonlySignal<number>;
  /** Called after every move. */
  readonly onMove: () => void;
}

export class Replay {
  private readonly options: ReplayOptions;
  private readonly clock: ReplayClock;
  private lastFrame = 0;
  /** A tick is on its way. */
  private awaited = false;

  constructor(options: ReplayOptions) {
    this.options = options;
    const { playing, speed } = options;
    this.clock = new ReplayClock(speed.peek());
    effect(() => {
      this.clock.speed = speed.value;
    });
    effect(() => {
      if (!playing.value || this.awaited) return;
      this.lastFrame = 0;
      this.clock.restart();
      this.awaited = true;
      requestAnimationFrame(this.tick);
    });
  }

  toggle(): void {
    const { chosen, playing, onMove } = this.options;
    const sensor = chosen.peek();
    if (!playing.peek() && sensor && isOver(sensor)) sensor.now.value = sensor.replayFrom;
    playing.value = !playing.peek();
    onMove();
  }

  /** By hand: the replay holds still then. */
  step(by: number): void {
    const { chosen, playing } = this.options;
    playing.value = false;
    const sensor = chosen.peek();
    if (sensor) this.seek(sensor.now.peek() + by);
  }

  /** @param to values known afterwards, of the chosen sensor. */
  seek(to: number): void {
    const sensor = this.options.chosen.peek();
    if (!sensor) return;
    sensor.now.value = within(sensor, Math.round(to));
    this.options.onMove();
  }

  private readonly tick = (time: number): void => {
    const { sensors, chosen, playing, onMove } = this.options;
    this.awaited = false;
    if (!playing.peek()) return;
    const due = this.clock.advance(this.lastFrame ? time - this.lastFrame : 0);
    this.lastFrame = time;
    if (due > 0) {
      for (const sensor of sensors.peek()) sensor.now.value = within(sensor, sensor.now.peek() + due);
      onMove();
    }
    const sensor = chosen.peek();
    if (!sensor || isOver(sensor)) playing.value = false;
    else this.awaitNext();
  };

  /** Frames in which no step is due are not asked for: sixty a second would cost more than two steps do. */
  private awaitNext(): void {
    this.awaited = true;
    const rest = Math.min(this.clock.untilDueMs, LONGEST_REST_MS) - EARLY_MS;
    if (rest < EARLY_MS) requestAnimationFrame(this.tick);
    else setTimeout(() => requestAnimationFrame(this.tick), rest);
  }
}

/** A rest ends this long before the step, about two frames, so that a late timer does not miss the frame it is due in. */
const EARLY_MS = 30;
/** A new speed or a pause is noticed after this, and the clock counts no longer stretch as one. */
const LONGEST_REST_MS = 200;

export const isOver = ({ now, series }: Sensor): boolean => now.peek() >= series.peek().length;

const within = ({ series }: Sensor, now: number): number =>
  Math.min(series.peek().length, Math.max(LEAST_PAST, now));
