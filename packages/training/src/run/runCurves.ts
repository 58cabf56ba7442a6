/**
 * What the curves of a run show, gathered while it goes: as many points as a picture has room for, however long
 * the run is.
 */
import type { TrainEvent } from '../trainEvent.ts';

/** Points of a curve: about one for each pixel of the picture. */
const BINS = 800;

/** [step, value] */
export type Point = readonly [number, number];

export class RunCurves {
  readonly #bins = { loss: new Bins(), norm: new Bins(), lr: new Bins() };
  readonly #figures = new Map<string, Point[]>();
  #binSteps = 1;
  #totalSteps = 0;

  get totalSteps(): number {
    return this.#totalSteps;
  }
  /** Mean training loss. */
  get loss(): readonly Point[] {
    return this.#bins.loss.points();
  }
  /** Mean norm of the gradient before clipping. */
  get norm(): readonly Point[] {
    return this.#bins.norm.points();
  }
  /** Mean learning rate. */
  get lr(): readonly Point[] {
    return this.#bins.lr.points();
  }
  /** Figures of each validation by name, `valLoss` among them. */
  get figures(): ReadonlyMap<string, readonly Point[]> {
    return this.#figures;
  }

  add(event: TrainEvent): void {
    if (event.kind === 'start') {
      this.#totalSteps = event.totalSteps;
      this.#binSteps = Math.max(1, Math.ceil(event.totalSteps / BINS));
    } else if (event.kind === 'step') {
      const bin = Math.floor((event.step - 1) / this.#binSteps);
      for (const name of ['loss', 'norm', 'lr'] as const) this.#bins[name].add(bin, event.step, event[name]);
    } else if (event.kind === 'validation') {
      for (const [name, value] of Object.entries(event.figures)) {
        // `best` only repeats another figure.
        if (name === 'best' || !Number.isFinite(value)) continue;
        const points = this.#figures.get(name) ?? [];
        this.#figures.set(name, points);
        points.push([event.step, value]);
      }
    }
  }
}

/** Means over bins of steps. */
class Bins {
  readonly #bins = new Map<number, { step: number; sum: number; count: number }>();

  add(bin: number, step: number, value: number): void {
    if (!Number.isFinite(value)) return;
    const held = this.#bins.get(bin) ?? { step, sum: 0, count: 0 };
    this.#bins.set(bin, held);
    held.step = step;
    held.sum += value;
    held.count++;
  }

  points(): Point[] {
    return [...this.#bins.values()].map(({ step, sum, count }) => [step, sum / count]);
  }
}
