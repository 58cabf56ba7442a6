import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameRing, ringMemory } from './frameRing.ts';

const WORDS = 64;

function twoSides(): [FrameRing, FrameRing] {
  const memory = ringMemory(WORDS);
  return [new FrameRing(memory), new FrameRing(memory)];
}

it('keeps frames whole and in order, round and round, and takes no more than it holds', () => {
  const [writer, reader] = twoSides();
  const into = new Int32Array(WORDS);
  const waiting: number[][] = [];
  let used = 0;
  const step = (length: number, reads: boolean): void => {
    if (reads) {
      const frame = waiting.shift();
      expect(reader.read(into)).toBe(frame?.length ?? -1);
      if (frame) used -= frame.length + 1;
      if (frame) expect([...into.subarray(0, frame.length)]).toEqual(frame);
    } else {
      const frame = Array.from({ length }, (_, i) => used * 1000 + i);
      const fits = used + length + 1 <= WORDS;
      expect(writer.write(Int32Array.from([...frame, 7, 7]), length)).toBe(fits);
      if (fits) waiting.push(frame);
      if (fits) used += length + 1;
    }
    expect(writer.room).toBe(WORDS - used - 1);
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.boolean(), step), { numRuns: 20_000 });
});

it('wakes a reader by a frame, and without one', async () => {
  const [writer, reader] = twoSides();
  for (const act of [() => writer.write(Int32Array.of(1), 1), () => writer.wake()]) {
    reader.read(new Int32Array(WORDS));
    const written = reader.written();
    expect(written).toBeInstanceOf(Promise);
    act();
    await written;
  }
  writer.write(Int32Array.of(1), 1);
  expect(reader.written()).toBeUndefined();
});

it('looks for a frame for no longer than it was told', () => {
  const [writer, reader] = twoSides();
  const before = performance.now();
  expect(reader.spin(2000)).toBe(false);
  expect(performance.now() - before).toBeGreaterThanOrEqual(2);
  writer.write(Int32Array.of(1), 1);
  expect(reader.spin(0)).toBe(true);
});
