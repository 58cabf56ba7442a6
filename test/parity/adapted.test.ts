/** What adapting gives back runs like any model: in our engine, in onnxruntime, and as the recogniser of a page. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHandwritingRecognizer, HandwritingStroke, loadModel } from '@rivulet/inference/node';
import { type Adapter, createAdapter } from '@rivulet/training/adapt';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realWords } from '../fixtures/realWords.ts';

const folder = fileURLToPath(new URL('../../models/handwriting-en', import.meta.url));
const words = realWords.slice(0, 10).map(({ label, strokes }) => ({ label, ink: strokes }));
const x = { data: Float32Array.from({ length: 30 * 7 }, (_, i) => Math.sin(i)), shape: [30, 1, 7] };

let adapter: Adapter;
let models: string;
beforeAll(async () => {
  adapter = await createAdapter(folder, { variant: 'plain' });
  await adapter.adapt(words, { epochs: 2, margin: 0 });
  models = await mkdtemp(join(tmpdir(), 'rivulet-adapted-'));
}, 60_000);
afterAll(async () => {
  adapter.dispose();
  await rm(models, { recursive: true });
});

async function logitsOf(bytes: Uint8Array): Promise<Float32Array> {
  const model = await loadModel(bytes);
  const { logits } = await model.run({ x });
  await model.dispose();
  return logits!.data;
}

const apart = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

it.each(['int8', 'float32'] as const)(
  '%s: our engine and onnxruntime agree, and it is another model',
  async (dtype) => {
    const bytes = await adapter.onnx(dtype);
    const own = await logitsOf(bytes);
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
    const { logits } = await session.run({ x: new ort.Tensor('float32', x.data, x.shape) });
    await session.release();
    // By the size of the largest output, as models.test.ts has it for models as they are shipped.
    const size = Math.max(1, ...own.map(Math.abs));
    expect(apart(own, logits!.data as Float32Array)).toBeLessThan((dtype === 'int8' ? 1e-3 : 2e-6) * size);
    const shipped = await logitsOf(
      readFileSync(join(folder, dtype === 'int8' ? 'model.int8.onnx' : 'model.onnx')),
    );
    expect(apart(own, shipped)).toBeGreaterThan(1e-3);
  },
);

it('is what a page writes on, under a manifest that names its hash', async () => {
  const { manifest, onnx } = await adapter.files();
  await mkdir(join(models, 'handwriting-en'));
  await writeFile(join(models, 'handwriting-en', 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(models, 'handwriting-en', manifest.files.int8.path), onnx);
  const recognizer = await createHandwritingRecognizer({ languages: ['en'] }, { models });
  const drawing = recognizer.startDrawing({ alternatives: 1 });
  const { label, strokes } = realWords[0]!;
  for (const { x, y } of strokes) {
    const stroke = new HandwritingStroke();
    for (let i = 0; i < x.length; i++) stroke.addPoint({ x: x[i]!, y: y[i]!, t: i });
    drawing.addStroke(stroke);
  }
  expect((await drawing.getPrediction())[0]!.text).toBe(label);
  recognizer.finish();
});
