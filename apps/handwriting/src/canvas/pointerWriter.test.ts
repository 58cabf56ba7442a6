import { describe, expect, it } from 'vitest';
import type { InkStroke, InkTool } from './inkStroke.ts';
import { PEN_NEAR_MS, type PointerInput, PointerWriter } from './pointerWriter.ts';

/** A writer whose events are kept as words, and its strokes as they ended. */
function desk() {
  const log: string[] = [];
  const ended: InkStroke[] = [];
  let pan = 0;
  const writer = new PointerWriter({
    begin: () => log.push('begin'),
    grow: () => log.push('grow'),
    end: (stroke) => {
      log.push('end');
      ended.push(stroke);
    },
    takeBack: () => log.push('takeBack'),
    erase: (from, to) => log.push(`erase ${from.x}-${to.x}`),
    eraseEnd: () => log.push('eraseEnd'),
    pan: (dy) => {
      log.push('pan');
      pan += dy;
    },
  });
  return { writer, log, ended, panned: () => pan };
}

/** One event: `at` lists x, y and t of each sample. */
function event(pointerId: number, tool: InkTool, ...at: [x: number, y: number, t: number][]): PointerInput {
  return {
    pointerId,
    tool,
    erasing: false,
    screenY: at.at(-1)![1],
    samples: at.map(([x, y, t]) => ({ x, y, t, p: 0.5 })),
  };
}

describe('writing', () => {
  it('keeps every coalesced sample with its own time', () => {
    const { writer, ended } = desk();
    expect(writer.down(event(1, 'pen', [0, 0, 1000]))).toBe(true);
    writer.move(event(1, 'pen', [1, 2, 1004.1], [2, 3, 1008.3], [3, 5, 1012.4]));
    writer.up(event(1, 'pen', [4, 6, 1016.7]));
    expect(ended).toHaveLength(1);
    expect(ended[0]!.x).toEqual([0, 1, 2, 3, 4]);
    expect(ended[0]!.y).toEqual([0, 2, 3, 5, 6]);
    expect(ended[0]!.t).toEqual([1000, 1004.1, 1008.3, 1012.4, 1016.7]);
    expect(ended[0]!.tool).toBe('pen');
  });
  it('makes a dot of a tap', () => {
    const { writer, ended, log } = desk();
    writer.down(event(1, 'mouse', [7, 8, 0]));
    writer.up(event(1, 'mouse', [7, 8, 40]));
    expect(ended[0]!.x).toEqual([7]);
    expect(log).toEqual(['begin', 'end']);
  });
  it('keeps a flick that brought no move', () => {
    const { writer, ended } = desk();
    writer.down(event(1, 'touch', [0, 0, 0]));
    writer.up(event(1, 'touch', [40, 2, 9]));
    expect(ended[0]!.x).toEqual([0, 40]);
  });
  it('keeps a stroke that the system cancels, once', () => {
    const { writer, ended, log } = desk();
    writer.down(event(1, 'pen', [0, 0, 0]));
    writer.move(event(1, 'pen', [5, 5, 8]));
    writer.cancel(1);
    writer.cancel(1);
    writer.up(event(1, 'pen', [9, 9, 16]));
    expect(ended).toHaveLength(1);
    expect(ended[0]!.x).toEqual([0, 5]);
    expect(log.filter((word) => word === 'end')).toHaveLength(1);
  });
  it('takes strokes that follow each other at once', () => {
    const { writer, ended } = desk();
    for (let i = 0; i < 5; i++) {
      writer.down(event(i, 'pen', [i, 0, i * 20]));
      writer.up(event(i, 'pen', [i, 9, i * 20 + 10]));
    }
    expect(ended.map(({ x }) => x[0])).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(ended.map(({ id }) => id)).size).toBe(5);
  });
  it('takes a pointer that never reported its end', () => {
    const { writer, ended } = desk();
    writer.down(event(1, 'mouse', [0, 0, 0]));
    expect(writer.down(event(1, 'mouse', [5, 5, 100]))).toBe(true);
    writer.up(event(1, 'mouse', [6, 6, 110]));
    expect(ended.map(({ x }) => x)).toEqual([[0], [5, 6]]);
  });
  it('lets one pointer write at a time', () => {
    const { writer, ended } = desk();
    writer.down(event(1, 'mouse', [0, 0, 0]));
    expect(writer.down(event(2, 'mouse', [9, 9, 5]))).toBe(false);
    writer.move(event(2, 'mouse', [10, 10, 6]));
    writer.up(event(2, 'mouse', [11, 11, 7]));
    writer.up(event(1, 'mouse', [1, 1, 8]));
    expect(ended.map(({ x }) => x)).toEqual([[0, 1]]);
  });
  it('ends and keeps what is under way when told to', () => {
    const { writer, ended } = desk();
    writer.down(event(1, 'pen', [0, 0, 0]));
    expect(writer.writing).toBe(true);
    writer.finish();
    expect(writer.writing).toBe(false);
    expect(ended).toHaveLength(1);
  });
});

describe('pen and palm', () => {
  it('takes back the palm that came down before the pen', () => {
    const { writer, log, ended } = desk();
    writer.down(event(1, 'touch', [300, 300, 0]));
    writer.move(event(1, 'touch', [302, 301, 20]));
    writer.down(event(2, 'pen', [10, 10, 60]));
    writer.move(event(1, 'touch', [303, 303, 70]));
    writer.up(event(2, 'pen', [12, 10, 80]));
    writer.up(event(1, 'touch', [303, 303, 90]));
    expect(log).toEqual(['begin', 'grow', 'takeBack', 'begin', 'grow', 'end']);
    expect(ended.map(({ tool }) => tool)).toEqual(['pen']);
  });
  it('ignores touches while the pen is down, and for a moment after', () => {
    const { writer, ended } = desk();
    writer.down(event(1, 'pen', [0, 0, 0]));
    expect(writer.down(event(2, 'touch', [300, 300, 5000]))).toBe(false);
    writer.up(event(1, 'pen', [1, 1, 5010]));
    expect(writer.down(event(3, 'touch', [300, 300, 5010 + PEN_NEAR_MS - 1]))).toBe(false);
    expect(writer.down(event(4, 'touch', [300, 300, 5010 + PEN_NEAR_MS]))).toBe(true);
    writer.up(event(4, 'touch', [300, 300, 6000]));
    expect(ended.map(({ tool }) => tool)).toEqual(['pen', 'touch']);
  });
  it('counts a hovering pen as near', () => {
    const { writer } = desk();
    writer.move(event(1, 'pen', [0, 0, 1000]));
    expect(writer.penNear(1100)).toBe(true);
    expect(writer.down(event(2, 'touch', [300, 300, 1100]))).toBe(false);
    expect(writer.penNear(1000 + PEN_NEAR_MS)).toBe(false);
  });
});

describe('two fingers', () => {
  it('move the page and leave no ink', () => {
    const { writer, log, ended, panned } = desk();
    writer.down(event(1, 'touch', [100, 100, 0]));
    expect(writer.down(event(2, 'touch', [200, 100, 60]))).toBe(true);
    writer.move(event(1, 'touch', [100, 80, 80]));
    writer.move(event(2, 'touch', [200, 80, 80]));
    writer.up(event(1, 'touch', [100, 80, 100]));
    writer.up(event(2, 'touch', [200, 80, 110]));
    expect(log).toEqual(['begin', 'takeBack', 'pan', 'pan']);
    expect(panned()).toBe(-20);
    expect(ended).toEqual([]);
    // And then a finger writes again.
    expect(writer.down(event(3, 'touch', [0, 0, 500]))).toBe(true);
    expect(log.at(-1)).toBe('begin');
  });
  it('do not take back a stroke that is well under way', () => {
    const { writer, ended } = desk();
    writer.down(event(1, 'touch', [0, 0, 0]));
    writer.move(event(1, 'touch', [60, 0, 100]));
    expect(writer.down(event(2, 'touch', [200, 200, 120]))).toBe(false);
    writer.up(event(1, 'touch', [80, 0, 200]));
    expect(ended.map(({ x }) => x)).toEqual([[0, 60, 80]]);
  });
});

it('erases along the way of the eraser, as one step', () => {
  const { writer, log } = desk();
  const erasing = { erasing: true };
  writer.down({ ...event(1, 'pen', [0, 0, 0]), ...erasing });
  writer.move({ ...event(1, 'pen', [5, 0, 10], [9, 0, 20]), ...erasing });
  writer.up({ ...event(1, 'pen', [9, 0, 30]), ...erasing });
  expect(log).toEqual(['erase 0-0', 'erase 0-5', 'erase 5-9', 'eraseEnd']);
});
