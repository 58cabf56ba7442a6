import { expect, it } from 'vitest';
import { InkStroke, type InkTool } from './inkStroke.ts';
import { LINE_WIDTH, outlinePath, PIECE, pieceCount, strokeOutline } from './strokeOutline.ts';

function wave(points: number, tool: InkTool = 'pen'): InkStroke {
  const stroke = new InkStroke('id', tool);
  for (let i = 0; i < points; i++) stroke.add({ x: i * 2, y: 50 + 20 * Math.sin(i / 5), t: i, p: 0.5 });
  return stroke;
}

it('stays within a line’s width of the points', () => {
  const stroke = wave(200);
  for (const [x, y] of strokeOutline(stroke, 0) as [number, number][]) {
    const nearest = Math.min(...stroke.x.map((px, i) => Math.hypot(px - x, stroke.y[i]! - y)));
    expect(nearest).toBeLessThan(LINE_WIDTH);
  }
});
it('makes a round dot of one point', () => {
  const xs = strokeOutline(wave(1), 0).map(([x]) => x!);
  expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(LINE_WIDTH / 2);
});
it('cuts a long stroke into pieces that meet', () => {
  const stroke = wave(PIECE * 2 + 10);
  expect(pieceCount(stroke)).toBe(3);
  const reach = [0, 1, 2].map((piece) => {
    const xs = strokeOutline(stroke, piece).map(([x]) => x!);
    return [Math.min(...xs), Math.max(...xs)] as const;
  });
  expect(reach[1]![0]).toBeLessThan(reach[0]![1]);
  expect(reach[2]![0]).toBeLessThan(reach[1]![1]);
  expect(reach[2]![1]).toBeGreaterThan(stroke.x.at(-1)! - LINE_WIDTH);
});
it('draws predicted points without taking them into the stroke', () => {
  const stroke = wave(20);
  const ahead = [{ x: 80, y: 50, t: 0, p: 0.5 }];
  const right = (polygon: readonly (readonly number[])[]) => Math.max(...polygon.map(([x]) => x!));
  expect(right(strokeOutline(stroke, 0, ahead))).toBeGreaterThan(right(strokeOutline(stroke, 0)) + 20);
  expect(stroke.length).toBe(20);
});
it('writes a closed path without NaN', () => {
  const path = outlinePath(strokeOutline(wave(30, 'mouse'), 0));
  expect(path).toMatch(/^M[-\d.]+ [-\d.]+Q.*Z$/);
  expect(path).not.toMatch(/NaN|Infinity/);
  expect(outlinePath([])).toBe('');
});
