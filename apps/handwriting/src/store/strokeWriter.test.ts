import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InkStroke } from '../canvas/inkStroke.ts';
import { PART_MS, StrokeWriter } from './strokeWriter.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store that keeps a log, and fails when told to. */
function recorder() {
  const log: string[] = [];
  const state = { full: false };
  const keep = async (entry: string) => {
    log.push(state.full ? `refused ${entry}` : entry);
    return !state.full;
  };
  const store = {
    appendPart: (_note: string, { id }: InkStroke, part: number, from: number, to: number) =>
      keep(`${id}#${part} ${from}..${to}`),
    changeInk: (
      _note: string,
      { added, removed }: { added: readonly InkStroke[]; removed: readonly InkStroke[] },
    ) => keep(`+${added.map(({ id }) => id)} -${removed.map(({ id }) => id)}`),
  };
  return { log, state, writer: new StrokeWriter(store, 'note') };
}

const point = (x: number) => ({ x, y: 0, t: x, p: 0.5 });

it('writes the first point at once and then a part every tenth of a second', async () => {
  const { log, writer } = recorder();
  const stroke = new InkStroke('a', 'pen');
  for (let i = 0; i < 30; i++) {
    stroke.add(point(i));
    writer.grow(stroke);
    await vi.advanceTimersByTimeAsync(PART_MS / 10);
  }
  expect(log).toEqual(['a#0 0..1', 'a#1 1..11', 'a#2 11..21']);
  await writer.end(stroke);
  expect(log.at(-1)).toBe('+a -');
  await vi.advanceTimersByTimeAsync(1000);
  expect(log).toHaveLength(4);
});
it('hands over everything when the page hides', () => {
  const { log, writer } = recorder();
  const stroke = new InkStroke('a', 'pen');
  stroke.add(point(0));
  writer.grow(stroke);
  stroke.add(point(1));
  writer.grow(stroke);
  writer.flush();
  writer.flush();
  expect(log).toEqual(['a#0 0..1', 'a#1 1..2']);
});
it('writes again what was refused', async () => {
  const { log, state, writer } = recorder();
  const stroke = new InkStroke('a', 'pen');
  state.full = true;
  stroke.add(point(0));
  writer.grow(stroke);
  await vi.advanceTimersByTimeAsync(1);
  state.full = false;
  stroke.add(point(1));
  writer.grow(stroke);
  await vi.advanceTimersByTimeAsync(PART_MS);
  expect(log).toEqual(['refused a#0 0..1', 'a#1 0..2']);
});
it('takes back the parts of a stroke that was none', async () => {
  const { log, writer } = recorder();
  const palm = new InkStroke('palm', 'touch');
  palm.add(point(0));
  writer.grow(palm);
  await writer.takeBack(palm);
  const next = new InkStroke('a', 'pen');
  next.add(point(5));
  writer.grow(next);
  expect(log).toEqual(['palm#0 0..1', '+ -palm', 'a#0 0..1']);
});
