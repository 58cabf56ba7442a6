/** Groups of streams against single streams: who steps together gets what each would get alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackCase } from './graphs.ts';
import { randomFloats } from './random.ts';
import { difference, INT8_TOLERANCE, lstm, opened, stack, TOLERANCE } from './streamCases.ts';

describe('a group', () => {
  const part = (seed: number, n: number, input: number): Float32Array => randomFloats(seed)(n * input, 2);

  it('steps what single streams step, whoever joins and leaves, however long their chunks are', async () => {
    const size = fc.integer({ min: 1, max: 5 });
    const round = fc.record({
      // By number; 0: nothing is pushed.
      lengths: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
      leaves: fc.boolean(),
      joins: fc.boolean(),
      together: fc.boolean(),
    });
    const rounds = fc.array(round, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(stack, size, rounds, async (kase, first, plan) => {
        await opened(kase, async (model) => {
          const tolerance = kase.int8 ? INT8_TOLERANCE : TOLERANCE;
          const group = model.createStreamGroup(first);
          const alone = new Map(Array.from({ length: first }, (_, i) => [i, model.createStream()]));
          for (const [r, { lengths, leaves, joins, together }] of plan.entries()) {
            const seed = kase.seed + r;
            if (leaves && alone.size > 1) {
              const gone = Math.max(...alone.keys());
              await group.leave(gone);
              alone.delete(gone);
            }
            if (joins) {
              const origin = [...alone.keys()][0]!;
              const copy = await group.join(await group.snapshot(origin));
              expect(alone.has(copy)).toBe(false);
              alone.set(copy, alone.get(origin)!.fork());
            }
            const open = [...alone.keys()].sort((a, b) => a - b);
            expect(await group.sequences()).toEqual(open);
            if (together) {
              const n = 2;
              const data = part(seed, n * open.length, kase.input);
              const all = await group.push({ data, shape: [n, open.length, kase.input] });
              for (const [row, id] of open.entries()) {
                const pick = (from: Float32Array, width: number): Float32Array =>
                  Float32Array.from({ length: n * width }, (_, i) => {
                    const [t, j] = [Math.floor(i / width), i % width];
                    return from[(t * open.length + row) * width + j]!;
                  });
                const one = await alone.get(id)!.push(pick(data, kase.input));
                expect(all.shape).toEqual([n, open.length, one.shape[1]]);
                expect(difference(pick(all.data, one.shape[1]!), one.data)).toBeLessThan(tolerance);
              }
              continue;
            }
            const chunks = Array.from({ length: Math.max(...open) + 1 }, (_, id) => {
              const n = alone.has(id) ? (lengths[id % lengths.length] ?? 0) : 0;
              return n ? part(seed + id, n, kase.input) : undefined;
            });
            const outputs = await group.pushEach(chunks);
            for (const [id, chunk] of chunks.entries()) {
              if (!chunk) {
                expect(outputs[id]).toBeUndefined();
                continue;
              }
              const one = await alone.get(id)!.push(chunk);
              expect(outputs[id]!.shape).toEqual(one.shape);
              expect(difference(outputs[id]!.data, one.data)).toBeLessThan(tolerance);
            }
          }
          for (const [id, stream] of alone) {
            const restored = await model.restore(await group.snapshot(id));
            expect(await restored.steps()).toBe(await stream.steps());
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it('shows the newest step of each, where the graph shows no other', async () => {
    const kase: StackCase = { seed: 9, input: 3, layers: [{ op: 'GRU', hidden: 6 }], states: true };
    await opened(kase, async (model) => {
      const options = { output: 'hn' };
      const group = model.createStreamGroup(3, options);
      const chunks = [part(1, 4, 3), undefined, part(2, 2, 3)];
      const together = await group.pushEach(chunks);
      for (const [i, chunk] of chunks.entries()) {
        if (!chunk) continue;
        const one = await model.createStream(options).push(chunk);
        expect(one.shape).toEqual([1, 6]);
        expect(together[i]!.shape).toEqual([1, 6]);
        expect(difference(together[i]!.data, one.data)).toBeLessThan(TOLERANCE);
      }
      expect((await group.push(part(3, 6, 3))).shape).toEqual([1, 3, 6]);
    });
  });

  it('refuses what it cannot do, and stays as it was', async () => {
    await opened(lstm, async (model) => {
      for (const size of [-1, 1.5, Number.NaN, 1e9]) {
        expect(() => model.createStreamGroup(size)).toThrow(expect.objectContaining({ code: 'ARGUMENT' }));
      }
      await using group = model.createStreamGroup(2);
      const before = await group.snapshot(1);
      for (const call of [
        group.push({ data: new Float32Array(4), shape: [1, 1, 4] }),
        group.push(new Float32Array(4)),
        group.pushEach([undefined, new Float32Array(5)]),
      ]) {
        await expect(call).rejects.toMatchObject({ code: 'TENSOR_SHAPE' });
      }
      const missing = [undefined, undefined, new Float32Array(4)];
      for (const call of [group.pushEach(missing), group.leave(2), group.reset(-1), group.snapshot(7)]) {
        await expect(call).rejects.toMatchObject({ code: 'ARGUMENT', details: { sequences: [0, 1] } });
      }
      const aborted = group.push(new Float32Array(8), { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
      await expect(group.join(before.subarray(2))).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
      for (const chunks of [undefined, 5, new Float32Array(4)]) {
        await expect(group.pushEach(chunks as never)).rejects.toMatchObject({ code: 'ARGUMENT' });
      }
      expect(await group.pushEach([])).toEqual([]);
      expect(await group.snapshot(1)).toEqual(before);
      await group.push(new Float32Array(8));
      await group.reset(1);
      expect(await group.snapshot(1)).toEqual(before);
      await group.dispose();
      await expect(group.push(new Float32Array(8))).rejects.toMatchObject({ code: 'DISPOSED' });
    });
  });
});
