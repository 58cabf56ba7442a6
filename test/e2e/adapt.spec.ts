/** The shipped recogniser learns from ten real words of one writer, in Chromium, as in Node. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { type AdaptSettings, createAdapter } from '@rivulet/training/adapt';
import { realWords } from '../fixtures/realWords.ts';
import { serveAdaptPage } from './adapt/serveAdaptPage.ts';

const models = fileURLToPath(new URL('../../models', import.meta.url));
/** The fixture has ten words of each writer, one writer after the other. */
const WRITER = 1;
const words = realWords
  .slice(10 * WRITER, 10 * WRITER + 10)
  .map(({ label, strokes }) => ({ label, ink: strokes }));
const settings: AdaptSettings = { epochs: 3, margin: 0, learningRate: 3e-3 };

let served: Awaited<ReturnType<typeof serveAdaptPage>>;

test.beforeAll(async () => {
  served = await serveAdaptPage();
});

test.afterAll(() => served.close());

test.beforeEach(async ({ page }) => {
  await page.goto(served.url);
  await page.waitForFunction(() => 'adapting' in window);
});

/** In the page: a learned model's bytes come as the hash of them. */
const hashOf = (page: Page) =>
  page.evaluate(() => {
    Object.assign(window, {
      hash: async (bytes: Uint8Array<ArrayBuffer>) =>
        [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join(),
    });
  });

declare global {
  interface Window {
    hash(bytes: Uint8Array): Promise<string>;
  }
}

test('learns the same as in Node, to the bit; goes back; comes again from its file; and runs', async ({
  page,
}) => {
  await hashOf(page);
  const found = await page.evaluate(
    async ({ words, settings }) => {
      const { createAdapter, loadModel } = window.adapting;
      const folder = '/models/handwriting-en/';
      const adapter = await createAdapter(folder, { variant: 'plain' });
      const steps: number[] = [];
      const result = await adapter.adapt(words, { ...settings, onProgress: ({ step }) => steps.push(step) });
      const adapted = await adapter.onnx();
      const delta = (await adapter.exportDelta())!;
      const rolledBack = await adapter.rollBack();
      const original = await adapter.onnx();
      const other = await createAdapter(folder);
      const torn = await other.importDelta(delta.slice(0, -1)).catch((error) => error.code);
      const foreign = await createAdapter(folder, { dtype: 'float32' });
      const refused = await foreign.importDelta(delta).catch((error) => error.code);
      await other.importDelta(delta);
      const x = { data: new Float32Array(40 * 7).fill(0.5), shape: [40, 1, 7] };
      const outputs: number[][] = [];
      for (const bytes of [original, adapted, await other.onnx()]) {
        const model = await loadModel(bytes);
        outputs.push([...(await model.run({ x })).logits!.data]);
        await model.dispose();
      }
      for (const each of [adapter, other, foreign]) each.dispose();
      return {
        ...{ info: adapter.info, result, steps, rolledBack, torn, refused, outputs },
        ...{
          adapted: await window.hash(adapted),
          original: await window.hash(original),
          delta: delta.length,
        },
      };
    },
    { words, settings },
  );
  expect(found.result).toMatchObject({ kept: true, trained: 7, judged: 3, steps: 3, stopped: 'done' });
  expect(found.result.after.loss).toBeLessThan(found.result.before.loss);
  expect(found.steps).toEqual([1, 2, 3]);
  expect(found.delta).toBeLessThan(50_000);
  expect([found.rolledBack, found.torn, found.refused]).toEqual([true, 'DELTA_INVALID', 'DELTA_MODEL']);
  expect(found.outputs[1]).not.toEqual(found.outputs[0]);
  expect(found.outputs[2]).toEqual(found.outputs[1]);

  const here = await createAdapter(join(models, 'handwriting-en'), { variant: 'plain' });
  expect(found.info).toEqual(here.info);
  const { seconds: _, ...wanted } = await here.adapt(words, settings);
  expect(found.result).toMatchObject(wanted);
  expect(found.adapted).toBe(await hash(await here.onnx()));
  await here.rollBack();
  expect(found.original).toBe(await hash(await here.onnx()));
  here.dispose();
});

test('lets the held-out words refuse, its person abort, and a hidden tab end it', async ({ page }) => {
  await hashOf(page);
  const found = await page.evaluate(async (words) => {
    const adapter = await window.adapting.createAdapter('/models/handwriting-en/');
    const before = await window.hash(await adapter.onnx());
    const refused = await adapter.adapt(words, { epochs: 1, margin: 0.99 });
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = await adapter
      .adapt(words, { epochs: 1000, signal, onProgress: () => controller.abort() })
      .catch((error) => error.code);
    const hide = ({ step }: { readonly step: number }) => {
      if (step !== 2) return;
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const hidden = await adapter.adapt(words, {
      epochs: 1000,
      patience: 1000,
      margin: 0.99,
      onProgress: hide,
    });
    const unchanged = (await window.hash(await adapter.onnx())) === before;
    const bad = await adapter
      .adapt([{ ink: [], label: 'é' }])
      .catch((error) => [error.code, error.details.sample]);
    adapter.dispose();
    const over = await adapter.rollBack().catch((error) => error.code);
    const missing = await window.adapting.createAdapter('/models/none/').catch((error) => error.code);
    return { refused, aborted, hidden, unchanged, bad, over, missing };
  }, words);
  expect(found.refused).toMatchObject({ kept: false, stopped: 'done' });
  expect(found.aborted).toBe('ABORTED');
  expect(found.hidden).toMatchObject({ kept: false, stopped: 'hidden' });
  expect(found.hidden.steps).toBeLessThan(20);
  expect(found.unchanged).toBe(true);
  expect(found.bad).toEqual(['DATA_INVALID', 0]);
  expect([found.over, found.missing]).toEqual(['DISPOSED', 'MODEL_NOT_FOUND']);
});

/** As the page's. */
async function hash(bytes: Uint8Array): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))].join();
}
