/** The webgpu engine on a software adapter: the results of the fused engine, its errors, and what it gives back. */
import { expect } from '@playwright/test';
import { attr, type OnnxNode, type OnnxValue, writeOnnx } from '@rivulet/core';
import { stackGraph } from '../parity/graphs.ts';
import { inHalves } from '../parity/halfPrecision.ts';
import { test } from './gpuPage.ts';
import { plainWord } from './handwriting/desk.ts';
import type { GpuCase } from './inference/webgpu.ts';

test.describe.configure({ mode: 'serial' });

const bi = 'bidirectional' as const;
const CASES: readonly GpuCase[] = [
  { seed: 1, input: 3, layers: [{ op: 'LSTM', hidden: 1 }], T: 1, B: 1 },
  {
    seed: 2,
    input: 5,
    layers: [{ op: 'LSTM', hidden: 3, direction: bi }],
    T: 7,
    B: 5,
    lengths: true,
    states: true,
  },
  {
    seed: 3,
    input: 5,
    layers: [{ op: 'GRU', hidden: 65, direction: 'reverse' }],
    T: 7,
    B: 5,
    lengths: true,
    states: true,
  },
  {
    seed: 4,
    input: 6,
    layers: [{ op: 'GRU', hidden: 65, direction: bi, linearBeforeReset: 0 }],
    T: 7,
    B: 5,
    lengths: true,
    states: true,
  },
  { seed: 5, input: 1, layers: [{ op: 'RNN', hidden: 65, bias: false }], T: 7, B: 33 },
  { seed: 6, input: 9, layers: [{ op: 'RNN', hidden: 3, direction: bi, activations: ['Relu'] }], T: 7, B: 1 },
  // More hidden units than threads.
  {
    seed: 7,
    input: 33,
    layers: [{ op: 'LSTM', hidden: 300, direction: bi }],
    T: 2,
    B: 5,
    lengths: true,
    states: true,
  },
  { seed: 8, input: 4, layers: [{ op: 'GRU', hidden: 300, linearBeforeReset: 0 }], T: 2, B: 1, states: true },
  // Four sequences a workgroup, of which the last has one.
  { seed: 9, input: 2, layers: [{ op: 'GRU', hidden: 3, direction: bi }], T: 3, B: 65, states: true },
  // Two of them.
  {
    seed: 14,
    input: 2,
    layers: [{ op: 'GRU', hidden: 3, linearBeforeReset: 0 }],
    T: 3,
    B: 65,
    lengths: true,
  },
  { seed: 10, input: 2, layers: [{ op: 'LSTM', hidden: 5 }], T: 3, B: 129, lengths: true },
  {
    ...{ seed: 11, input: 20, T: 20, B: 2, dense: 81, lengths: true },
    layers: [
      { op: 'LSTM', hidden: 64, direction: bi },
      { op: 'GRU', hidden: 33, direction: bi },
      { op: 'RNN', hidden: 70 },
    ],
  },
];

for (const kase of CASES) {
  const layers = kase.layers.map(({ op, hidden, direction = 'forward' }) => `${op} ${hidden} ${direction}`);
  test(`${layers.join(', ')}, T ${kase.T} B ${kase.B}: as the fused engine`, async ({ page }) => {
    const { engine, off, again } = await page.evaluate((one) => window.gpu.compareStack(one), kase);
    expect(engine).toBe('webgpu');
    // Sums in another order, and exponentials of a GPU's.
    expect(off).toBeLessThan(1e-5);
    expect(again, 'the same bits after another shape').toBe(0);
  });
}

test('int8 weights of the file become floats', async ({ page }) => {
  const kase = { seed: 12, input: 8, layers: [{ op: 'GRU', hidden: 40 }], dense: 7, int8: true, T: 9, B: 3 };
  const { off } = await page.evaluate((one) => window.gpu.compareStack(one), kase as GpuCase);
  // The fused engine rounds activations to 16 bits.
  expect(off).toBeLessThan(1e-3);
});

test('a model in half precision', async ({ page }) => {
  const layers = [{ op: 'GRU', hidden: 12 }] as const;
  const bytes = [...writeOnnx(inHalves(stackGraph({ seed: 15, input: 4, layers, dense: 3 })))];
  const { off } = await page.evaluate((file) => {
    const x = window.gpu.feedsFor({ seed: 2, input: 4, layers: [], T: 5, B: 2 }).x!;
    return window.gpu.compare(Uint8Array.from(file), { x });
  }, bytes);
  expect(off).toBeLessThan(1e-5);
});

test('the batch first: layout 1', async ({ page }) => {
  const graph = stackGraph({
    seed: 13,
    input: 4,
    layers: [{ op: 'LSTM', hidden: 6, direction: bi }],
    states: true,
  });
  const [node] = graph.graph.nodes as [OnnxNode];
  const turned = {
    ...graph,
    graph: {
      ...graph.graph,
      nodes: [
        { ...node, outputs: ['y', 'hn', 'cn'], attributes: { ...node.attributes, layout: attr.int(1) } },
      ],
      inputs: graph.graph.inputs.map((input) => ({
        ...input,
        shape: [input.shape[1]!, input.shape[0]!, input.shape[2]!],
      })),
      outputs: ['y', 'hn', 'cn'].map(
        (name): OnnxValue => ({ name, type: 'float32', shape: [], unranked: true }),
      ),
    },
  };
  const bytes = [...writeOnnx(turned)];
  const { off } = await page.evaluate((file) => {
    const { feedsFor, compare } = window.gpu;
    const { x, h0, c0 } = feedsFor({
      ...{ seed: 2, input: 4, T: 3, B: 5, states: true },
      layers: [{ op: 'LSTM', hidden: 6, direction: 'bidirectional' }],
    });
    const state = (data: unknown) => ({ data: data as Float32Array, shape: [5, 2, 6] });
    const feeds = { x: x!, h0: state(h0!.data), c0: state(c0!.data) };
    return compare(Uint8Array.from(file), {
      ...feeds,
      x: { data: feeds.x.data as Float32Array, shape: [5, 3, 4] },
    });
  }, bytes);
  expect(off).toBeLessThan(1e-5);
});

/** What has no kernel here, of all that the parity tests try. */
const REFUSED = [
  ...[
    'AveragePool',
    'ConvTranspose',
    'Cos',
    'CumSum',
    'DynamicQuantizeLinear',
    'Einsum',
    'GatherElements',
    'GatherND',
  ],
  ...[
    'GroupNormalization',
    'IsInf',
    'IsNaN',
    'MaxPool',
    'Mod',
    'OneHot',
    'QuantizeLinear',
    'RMSNormalization',
  ],
  ...[
    'ReduceLogSum',
    'ReduceLogSumExp',
    'Resize',
    'ReverseSequence',
    'ScatterElements',
    'ScatterND',
    'Sin',
    'TopK',
    'Trilu',
  ],
];

test('every other operator: as the fused engine, or refused by name', async ({ page }) => {
  const results = await page.evaluate(() => window.gpu.compareOperators());
  expect(results.length).toBeGreaterThan(180);
  expect([...new Set(results.flatMap(({ refused = [] }) => refused))].sort()).toEqual(REFUSED);
  expect(results.filter(({ off, allowed, refused }) => !refused && !(off! <= allowed))).toEqual([]);
});

test('the shipped recogniser: its network, and a word through the worker', async ({ page }) => {
  const network = await page.evaluate(async () => {
    const response = await fetch('/models/handwriting-en/model.onnx');
    const bytes = new Uint8Array(await response.arrayBuffer());
    const x = window.gpu.feedsFor({ seed: 3, input: 7, layers: [], T: 90, B: 2 }).x!;
    return window.gpu.compare(bytes, { x });
  });
  expect(network.off).toBeLessThan(2e-5);
  const text = await page.evaluate(async (strokes) => {
    const { createHandwritingRecognizer, HandwritingStroke } = window.rivulet;
    const options = { models: '/models/', engine: 'webgpu' as const };
    const recognizer = await createHandwritingRecognizer({ languages: ['en'] }, options);
    const drawing = recognizer.startDrawing({});
    for (const { x, y } of strokes) {
      const stroke = new HandwritingStroke();
      for (let i = 0; i < x.length; i++) stroke.addPoint({ x: x[i]!, y: y[i]!, t: i });
      drawing.addStroke(stroke);
    }
    const [best] = await drawing.getPrediction();
    recognizer.finish();
    return best!.text;
  }, plainWord.strokes);
  expect(text).toBe(plainWord.label);
});
