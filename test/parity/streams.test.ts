/** Streams against whole runs: what is pushed in pieces comes out as if it had been fed at once. */
import { loadModel, type StreamOptions } from '@rivulet/inference/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type StackCase, stackBytes } from './graphs.ts';
import { randomFloats } from './random.ts';
import {
  chunks,
  difference,
  feedsFor,
  INT8_TOLERANCE,
  lstm,
  opened,
  readableOf,
  stack,
  sum,
  TOLERANCE,
} from './streamCases.ts';

it('gives in pieces what a whole run gives, float32 and int8, plain kernels', async () => {
  await fc.assert(
    fc.asyncProperty(stack, chunks, async (kase, sizes) => {
      await opened(kase, async (model) => {
        const T = sum(sizes);
        const data = randomFloats(kase.seed + 1)(T * kase.input, 2);
        const { y } = await model.run(feedsFor(kase, data, T));
        const stream = model.createStream();
        const features = y!.data.length / T;
        let at = 0;
        const pieces = sizes.map((n) => {
          const piece = data.subarray(at * kase.input, (at + n) * kase.input);
          at += n;
          return stream.push(n % 2 ? piece : { data: piece, shape: [n, kase.input] });
        });
        at = 0;
        for (const [i, piece] of (await Promise.all(pieces)).entries()) {
          expect(piece.shape).toEqual([sizes[i], features]);
          const whole = y!.data.subarray(at * features, (at + sizes[i]!) * features);
          expect(difference(piece.data, whole)).toBeLessThan(kase.int8 ? INT8_TOLERANCE : TOLERANCE);
          at += sizes[i]!;
        }
        expect(await stream.steps()).toBe(T);
      });
    }),
    { numRuns: 60 },
  );
});

describe('a stream', () => {
  const data = randomFloats(4)(12 * 4, 2);
  const part = (from: number, to: number): Float32Array => data.slice(from * 4, to * 4);

  it('is restored from its snapshot by another loaded model, to the bit', async () => {
    const bytes = await opened(lstm, async (model) => {
      const stream = model.createStream();
      await stream.push(part(0, 5));
      const snapshot = await stream.snapshot();
      const rest = await stream.push(part(5, 12));
      return { snapshot, rest };
    });
    await opened(lstm, async (model) => {
      const stream = await model.restore(bytes.snapshot);
      expect(await stream.snapshot()).toEqual(bytes.snapshot);
      expect(await stream.steps()).toBe(5);
      expect(await stream.push(part(5, 12))).toEqual(bytes.rest);
    });
    await opened({ ...lstm, seed: 4 }, async (model) => {
      await expect(model.restore(bytes.snapshot)).rejects.toMatchObject({ code: 'SNAPSHOT_MODEL' });
    });
  });

  it('forks into streams that go their own ways, in the order of the calls', async () => {
    await opened(lstm, async (model) => {
      const stream = model.createStream();
      void stream.push(part(0, 4));
      const other = stream.fork();
      const [a, b] = await Promise.all([stream.push(part(4, 8)), other.push(part(8, 12))]);
      const again = model.createStream();
      await again.push(part(0, 4));
      const third = again.fork();
      expect(await again.push(part(4, 8))).toEqual(a);
      expect(await third.push(part(8, 12))).toEqual(b);
      await again.reset();
      const first = await again.push(part(0, 4));
      expect(await model.createStream().push(part(0, 4))).toEqual(first);
    });
  });

  it('keeps its state through what fails, and says what failed', async () => {
    await opened(lstm, async (model) => {
      const stream = model.createStream();
      const calm = model.createStream();
      await stream.push(part(0, 4));
      await calm.push(part(0, 4));
      const wrong: [unknown, string][] = [
        [new Float32Array(7), 'TENSOR_SHAPE'],
        [new Float32Array(0), 'TENSOR_SHAPE'],
        [{ data: new Float32Array(4), shape: [4] }, 'TENSOR_SHAPE'],
        [{ data: new Float32Array(8), shape: [1, 4] }, 'TENSOR_SHAPE'],
        [{ data: new Float32Array(4), shape: [1, 1, 4] }, 'TENSOR_SHAPE'],
        [[1, 2, 3, 4], 'ARGUMENT'],
        [undefined, 'ARGUMENT'],
        [new Int32Array(4), 'ARGUMENT'],
        [Float32Array.of(0, Number.NaN, 0, 0), 'ARGUMENT'],
        [Float32Array.of(0, Number.POSITIVE_INFINITY, 0, 0), 'ARGUMENT'],
      ];
      for (const [chunk, code] of wrong) {
        await expect(stream.push(chunk as never), String(chunk)).rejects.toMatchObject({ code });
      }
      await expect(stream.push(Float32Array.of(0, Number.NaN, 0, 0))).rejects.toMatchObject({
        details: { input: 'x', index: 1, value: Number.NaN },
      });
      await expect(stream.push(part(0, 1), { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ABORTED',
      });
      const controller = new AbortController();
      const aborted = stream.push(part(4, 8), { signal: controller.signal });
      controller.abort();
      await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
      expect(await stream.push(part(4, 8))).toEqual(await calm.push(part(4, 8)));
    });
  });

  it('is used no more once it or its model is disposed', async () => {
    await opened(lstm, async (model) => {
      const stream = model.createStream();
      const last = stream.push(part(0, 4));
      await stream.dispose();
      await stream.dispose();
      expect((await last).shape).toEqual([4, 3]);
      for (const call of [
        stream.push(part(0, 1)),
        stream.snapshot(),
        stream.reset(),
        stream.fork().steps(),
      ]) {
        await expect(call).rejects.toMatchObject({ code: 'DISPOSED' });
      }
      {
        await using scoped = model.createStream();
        await scoped.push(part(0, 1));
      }
      const other = model.createStream();
      await other.push(part(0, 4));
      await model.dispose();
      await expect(other.push(part(4, 5))).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(model.createStream().push(part(4, 5))).rejects.toMatchObject({ code: 'DISPOSED' });
    });
  });

  it('is a TransformStream', async () => {
    await opened(lstm, async (model) => {
      const source = readableOf([part(0, 3), part(3, 4), part(4, 12)]);
      const out: number[] = [];
      for await (const { data, shape } of source.pipeThrough(model.createStream().toTransformStream())) {
        out.push(...data);
        expect(shape[1]).toBe(3);
      }
      const { y } = await model.run({ x: { data, shape: [12, 1, 4] } });
      expect(difference(Float32Array.from(out), y!.data)).toBeLessThan(TOLERANCE);
      const bad = readableOf([part(0, 3), new Float32Array(1)]);
      const through = bad.pipeThrough(model.createStream().toTransformStream());
      await expect(through.pipeTo(new WritableStream())).rejects.toMatchObject({ code: 'TENSOR_SHAPE' });
    });
  });
});

describe('states that the graph itself shows', () => {
  const kase: StackCase = { seed: 9, input: 3, layers: [{ op: 'LSTM', hidden: 6 }], states: true };
  const data = randomFloats(10)(9 * 3, 2);
  const zero = { data: new Float32Array(6), shape: [1, 1, 6] };
  const initial = { h0: { data: randomFloats(2)(6, 1), shape: [1, 1, 6] }, c0: zero };

  it.each([
    ['fused', {}],
    ['fused', { states: { h0: 'hn', c0: 'cn' } }],
    ['ort', { states: { h0: 'hn', c0: 'cn' } }],
  ] as ['fused' | 'ort', StreamOptions][])('%s %o', async (engine, options) => {
    const model = await loadModel(stackBytes(kase), { engine });
    const stream = model.createStream({ ...options, initial });
    const { y, hn } = await model.run({ x: { data, shape: [9, 1, 3] }, ...initial });
    const first = await stream.push(data.slice(0, 12));
    const rest = await stream.run({ x: { data: data.slice(12), shape: [5, 1, 3] } });
    expect(difference(Float32Array.of(...first.data, ...rest.y!.data), y!.data)).toBeLessThan(TOLERANCE);
    if (!options.states) expect(difference(rest.hn!.data, hn!.data)).toBeLessThan(TOLERANCE);
    for (const wrong of ['x', 'h']) {
      const call = model.createStream({ ...options, initial: { [wrong]: zero } }).push(data);
      await expect(call).rejects.toMatchObject({ code: 'ARGUMENT' });
    }
    const call = model.createStream({ ...options, initial: { h0: { data, shape: [1, 1, 27] } } }).push(data);
    await expect(call).rejects.toMatchObject({ code: 'TENSOR_SHAPE' });
    await model.dispose();
  });
});

describe('what cannot be streamed', () => {
  it('names the node and says why', async () => {
    for (const direction of ['bidirectional', 'reverse'] as const) {
      const kase: StackCase = { ...lstm, layers: [...lstm.layers, { op: 'RNN', hidden: 4, direction }] };
      await opened(kase, async (model) => {
        const call = model.createStream().push(new Float32Array(4));
        await expect(call).rejects.toMatchObject({
          code: 'ONNX_UNSUPPORTED',
          details: { op: 'RNN', node: 'layer2', why: expect.stringContaining(direction) },
        });
      });
    }
    const ort = await loadModel(stackBytes(lstm), { engine: 'ort' });
    await expect(ort.createStream().push(new Float32Array(4))).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      details: { engine: 'ort' },
    });
    await ort.dispose();
  });
});

it('does not grow over 100,000 pushes', async () => {
  await opened({ seed: 1, input: 2, layers: [{ op: 'GRU', hidden: 4 }] }, async (model) => {
    const stream = model.createStream();
    const chunk = new Float32Array(2);
    const pushMany = async (count: number): Promise<number> => {
      for (let i = 0; i < count; i++) await stream.push(chunk);
      const { gc } = await import('node:v8').then(({ setFlagsFromString }) => {
        setFlagsFromString('--expose-gc');
        return import('node:vm').then(({ runInNewContext }) => ({ gc: runInNewContext('gc') as () => void }));
      });
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = await pushMany(2_000);
    // Other tests of this process may allocate meanwhile: 2 MB is 20 bytes a push.
    expect((await pushMany(100_000)) - before).toBeLessThan(2e6);
  });
});
