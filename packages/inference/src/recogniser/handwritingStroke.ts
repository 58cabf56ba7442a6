/** The WICG HandwritingStroke: one movement of the pen. Points are copied in and copied out. */
import { type Stroke, shown } from '@rivulet/core';
import type { HandwritingPoint } from './handwritingTypes.ts';

/** A snapshot of a stroke's points; the same object until the stroke changes. */
export let strokePoints: (stroke: HandwritingStroke) => Stroke;

export class HandwritingStroke {
  #points: HandwritingPoint[] = [];
  #snapshot: Stroke | undefined;

  static {
    strokePoints = (stroke) => {
      stroke.#snapshot ??= {
        x: Float64Array.from(stroke.#points, ({ x }) => x),
        y: Float64Array.from(stroke.#points, ({ y }) => y),
      };
      return stroke.#snapshot;
    };
  }

  /** @throws TypeError for x, y or a given t that is not a finite number */
  addPoint(point: HandwritingPoint): void {
    if (typeof point !== 'object' || point === null)
      throw new TypeError(`addPoint: ${shown(point)} is no point`);
    const { x, y, t } = point;
    checkNumber('x', x);
    checkNumber('y', y);
    if (t !== undefined) checkNumber('t', t);
    this.#points.push(t === undefined ? { x, y } : { x, y, t });
    this.#snapshot = undefined;
  }

  getPoints(): HandwritingPoint[] {
    return this.#points.map((point) => ({ ...point }));
  }

  clear(): void {
    this.#points = [];
    this.#snapshot = undefined;
  }
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) return;
  throw new TypeError(`addPoint: ${name} must be a finite number, got ${shown(value)}`);
}
