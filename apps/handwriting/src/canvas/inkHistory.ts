/** The strokes of a page and the steps that led to them, so that every step can be undone and done again. */
import type { InkStroke } from './inkStroke.ts';

/** What one step put on the page and took off it. */
export interface Step {
  readonly added: readonly InkStroke[];
  readonly removed: readonly InkStroke[];
}

export class InkHistory {
  private shown: readonly InkStroke[];
  private readonly past: Step[] = [];
  private future: Step[] = [];

  constructor(strokes: readonly InkStroke[] = []) {
    this.shown = inOrder(strokes);
  }

  /** In the order they were written. A new array after each change. */
  get strokes(): readonly InkStroke[] {
    return this.shown;
  }
  get canUndo(): boolean {
    return this.past.length > 0;
  }
  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Does a step. A step that changes nothing is none. */
  push(step: Step): void {
    if (step.added.length + step.removed.length === 0) return;
    this.apply(step);
    this.past.push(step);
    this.future = [];
  }

  /** @returns what the undoing put on the page and took off it. */
  undo(): Step | undefined {
    const step = this.past.pop();
    if (!step) return undefined;
    this.future.push(step);
    return this.apply({ added: step.removed, removed: step.added });
  }

  redo(): Step | undefined {
    const step = this.future.pop();
    if (!step) return undefined;
    this.past.push(step);
    return this.apply(step);
  }

  private apply(step: Step): Step {
    const gone = new Set(step.removed);
    this.shown = inOrder([...this.shown.filter((stroke) => !gone.has(stroke)), ...step.added]);
    return step;
  }
}

/** Stroke ids sort by time: a stroke that comes back finds its old place. */
function inOrder(strokes: readonly InkStroke[]): readonly InkStroke[] {
  return [...strokes].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
