/** Incremental runs against whole ones: after each push the outputs so far are what a run of all steps gives. */
import { attr, writeOnnx } from '@rivulet/core';
import { loadModel, type Model } from '@rivulet/inference/node';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LayerCase, type StackCase, stackBytes, stackGraph } from './graphs.ts';
import { randomFloats } from './random.ts';

/** Sums may be taken in another order where a kernel has a path of its own for few rows. */
const TOLERANCE = 1e-5;
/** There an activation may then round to the next of 16 bits. */
const INT8_TOLERANCE = 2e-3;

const layer: fc.Arbitrary<LayerCase> = fc.record({
  op: fc.constantFrom('RNN', 'LSTM', 'GRU'),
  hidden: fc.integer({ min: 1, max: 9 }),
  direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
  linearBeforeReset: fc.constantFrom(0, 1),
});

const stack = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }),
  input: fc.integer({ min: 1, max: 6 }),
  layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
  dense: fc.constantFrom(0, 5),
  int8: fc.boolean(),
});

const open = (kase: StackCase): Promise<Model> =>
  loadModel(stackBytes(kase), { engine: 'fused', variant: kase.seed % 2 ? 'plain' : 'relaxed' });

/**
 * Pushes an incremental run in chunks of so many steps, and compares each answer with a whole run of the steps so far.
 * @param keepsAll no layer looks ahead: whatever was said before stays
 */
async function pushAll(
  model: Model,
  kase: StackCase,
  chunks: readonly number[],
  keepsAll = false,
): Promise<void> {
  const run = model.createIncrementalRun();
  const steps = chunks.reduce((sum, n) => sum + n, 0);
  const data = randomFloats(kase.seed + 1)(steps * kase.input, 2);
  let T = 0;
  let before: Float32Array = new Float32Array(0);
  for (const n of chunks) {
    const { output, stable } = await run.push(data.subarray(T * kase.input, (T + n) * kase.input));
    T += n;
    const shape = [T, 1, kase.input];
    const { y } = await model.run({ x: { data: data.slice(0, T * kase.input), shape } });
    const width = y!.data.length / T;
    expect(output.shape).toEqual([T, width]);
    const furthest = output.data.reduce((most, v, i) => Math.max(most, Math.abs(v - y!.data[i]!)), 0);
    expect(furthest).toBeLessThan(kase.int8 ? INT8_TOLERANCE : TOLERANCE);
    expect(stable).toBeLessThanOrEqual(T - n);
    expect(output.data.subarray(0, stable * width)).toEqual(before.subarray(0, stable * width));
    if (keepsAll) expect(stable).toBe(T - n);
    before = output.data;
  }
  await run.dispose();
}

it('gives after every push what a whole run gives, and says truly what stayed', async () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 33)), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(stack, sizes, async (kase, chunks) => {
      const model = await open(kase);
      await pushAll(
        model,
        kase,
        chunks,
        kase.layers.every(({ direction }) => direction === 'forward'),
      );
      await model.dispose();
    }),
    { numRuns: 60 },
  );
});

interface Window {
  readonly kernel: number;
  readonly dilation: number;
  /** Share of the zeros that stand before the steps; 1: no step looks ahead. */
  readonly ahead: number;
  /** No zeros at all: the output has fewer steps than the input. */
  readonly bare?: true;
  /** The node leaves its size to its weights. */
  readonly implied?: boolean;
}

/** The stack with a convolution over time in front of a layer, which keeps the count of steps, as exporters write it. */
function withConvolutions(kase: StackCase, windows: readonly (Window | undefined)[]): Uint8Array {
  const { graph, ...file } = stackGraph(kase);
  const [nodes, initializers] = [[...graph.nodes], [...graph.initializers]];
  for (const [i, window] of windows.entries()) {
    const at = nodes.findIndex(({ name }) => name === `layer${i}`);
    const layer = nodes[at];
    if (!window || !layer) continue;
    const { kernel, dilation, ahead, bare, implied } = window;
    const [x = '', w = ''] = layer.inputs;
    const width = initializers.find(({ name }) => name === w || name === `${w}.int8`)!.shape[2]!;
    const name = `conv${i}`;
    const shape = [width, width, kernel];
    const data = randomFloats(kase.seed + i + 7)(width * width * kernel, 1 / Math.sqrt(width * kernel));
    initializers.push({ name: `${name}.W`, shape, type: 'float32', data });
    const zeros = bare ? 0 : (kernel - 1) * dilation;
    const before = Math.round(zeros * ahead);
    const attributes = {
      ...(implied ? {} : { kernel_shape: attr.ints([kernel]) }),
      dilations: attr.ints([dilation]),
      pads: attr.ints([before, zeros - before]),
    };
    const transpose = (from: string, to: string, perm: number[]) => ({
      ...{ op: 'Transpose', inputs: [from], outputs: [to], attributes: { perm: attr.ints(perm) } },
    });
    nodes.splice(
      at,
      1,
      transpose(x, `${name}.x`, [1, 2, 0]),
      { op: 'Conv', inputs: [`${name}.x`, `${name}.W`], outputs: [`${name}.y`], attributes },
      { op: 'Relu', inputs: [`${name}.y`], outputs: [`${name}.z`], attributes: {} },
      transpose(`${name}.z`, `${name}.out`, [2, 0, 1]),
      { ...layer, inputs: [`${name}.out`, ...layer.inputs.slice(1)] },
    );
  }
  return writeOnnx({ ...file, graph: { ...graph, nodes, initializers } });
}

it('looks beside each step where windows slide over the steps, in front of any layer', async () => {
  const window = fc.record({
    kernel: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    ahead: fc.constantFrom(0, 0.5, 1),
    implied: fc.boolean(),
  });
  const windows = fc.array(fc.option(window, { nil: undefined }), { minLength: 1, maxLength: 3 });
  const sizes = fc.array(fc.constantFrom(1, 2, 5, 16, 33), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(stack, windows, sizes, async (kase, windows, chunks) => {
      const model = await loadModel(withConvolutions(kase, windows), { engine: 'fused', variant: 'plain' });
      await pushAll(model, kase, chunks);
      await model.dispose();
    }),
    { numRuns: 60 },
  );
});

it('names the window where it shortens the sequence, or a stream would need the steps before', async () => {
  const forward: StackCase = { seed: 5, input: 4, layers: [{ op: 'GRU', hidden: 6 }] };
  const sliding = withConvolutions(forward, [{ kernel: 3, dilation: 1, ahead: 1 }]);
  const model = await loadModel(sliding, { engine: 'fused' });
  const wanted = { code: 'ONNX_UNSUPPORTED', details: { op: 'Conv', why: 'it looks at neighbouring steps' } };
  await expect(model.createStream().push(new Float32Array(4))).rejects.toMatchObject(wanted);
  expect((await model.createIncrementalRun().push(new Float32Array(8))).output.shape).toEqual([2, 6]);
  await model.dispose();
  const shorter = await loadModel(
    withConvolutions(forward, [{ kernel: 3, dilation: 1, ahead: 1, bare: true }]),
  );
  await expect(shorter.createIncrementalRun().push(new Float32Array(40))).rejects.toMatchObject(wanted);
  await shorter.dispose();
});

const bidirectional: StackCase = {
  seed: 5,
  input: 4,
  layers: [
    { op: 'GRU', hidden: 12, direction: 'bidirectional' },
    { op: 'LSTM', hidden: 12, direction: 'bidirectional' },
  ],
  dense: 3,
};

it('leaves alone what a long input no longer changes', async () => {
  const model = await open(bidirectional);
  const run = model.createIncrementalRun();
  const first = await run.push(randomFloats(1)(400 * 4, 1));
  expect(first.stable).toBe(0);
  const second = await run.push(randomFloats(2)(4, 1));
  // Both directions of both layers forget within some ten steps.
  expect(second.stable).toBeGreaterThan(100);
  expect(second.stable).toBeLessThan(400);
  await model.dispose();
});

it('goes on after what fails, from the same input', async () => {
  const model = await open(bidirectional);
  const [run, calm] = [model.createIncrementalRun(), model.createIncrementalRun()];
  const part = (seed: number, n: number): Float32Array => randomFloats(seed)(n * 4, 1);
  await Promise.all([run.push(part(1, 20)), calm.push(part(1, 20))]);
  for (const wrong of [new Float32Array(5), Float32Array.of(0, 0, Number.NaN, 0)]) {
    await expect(run.push(wrong)).rejects.toMatchObject({
      code: wrong.length === 5 ? 'TENSOR_SHAPE' : 'ARGUMENT',
    });
  }
  const controller = new AbortController();
  const aborted = run.push(part(2, 3), { signal: controller.signal });
  // Once it has begun, the model may or may not have come to it.
  await Promise.resolve();
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  expect((await run.push(part(3, 7))).output).toEqual((await calm.push(part(3, 7))).output);
  await run.reset();
  const again = await run.push(part(1, 20));
  expect(again.output).toEqual((await model.createIncrementalRun().push(part(1, 20))).output);
  await run.dispose();
  await run.dispose();
  await expect(run.push(part(1, 1))).rejects.toMatchObject({ code: 'DISPOSED' });
  await model.dispose();
  await expect(calm.push(part(1, 1))).rejects.toMatchObject({ code: 'DISPOSED' });
  await calm.dispose();
});

it('has final states, of both directions', async () => {
  const kase: StackCase = {
    ...bidirectional,
    layers: [{ op: 'LSTM', hidden: 4, direction: 'bidirectional' }],
    states: true,
  };
  const model = await open(kase);
  const data = randomFloats(6)(40 * 4, 1);
  const zero = { data: new Float32Array(8), shape: [2, 1, 4] };
  const { hn, cn } = await model.run({ x: { data, shape: [40, 1, 4] }, h0: zero, c0: zero });
  for (const [output, whole] of [
    ['hn', hn!],
    ['cn', cn!],
  ] as const) {
    const run = model.createIncrementalRun({ output });
    await run.push(data.slice(0, 37 * 4));
    const { output: last } = await run.push(data.slice(37 * 4));
    expect(last.shape).toEqual([1, 8]);
    for (const [i, value] of last.data.entries()) expect(value).toBeCloseTo(whole.data[i]!, 5);
  }
  await model.dispose();
});

it('says so where another engine runs the graph', async () => {
  const ort = await loadModel(stackBytes(bidirectional), { engine: 'ort' });
  await expect(ort.createIncrementalRun().push(new Float32Array(4))).rejects.toMatchObject({
    code: 'ONNX_UNSUPPORTED',
    details: { engine: 'ort' },
  });
  await ort.dispose();
});
