/** The same model behind the border, in a thread of Node. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { AdaptedModel } from './adaptedModel.ts';
import type { AdaptProgress, ModelFiles } from './api.ts';
import { drawnWords, inkModel } from './fixtures/smallModels.ts';
import { type Adapter, createAdapter } from './node.ts';

const words = drawnWords(24);
const settings = { epochs: 12, learningRate: 0.02, patience: 40, method: 'all' } as const;
const long = { ...settings, epochs: 1e6, patience: 1e6 };

let folder: string;
let adapter: Adapter;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-adapt-'));
  const { onnx, manifest, recipe } = inkModel('int8');
  writeFileSync(join(folder, 'model.int8.onnx'), onnx);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'train.json'), JSON.stringify(recipe));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  adapter?.dispose();
  vi.unstubAllGlobals();
});

const open = async (model: string | ModelFiles = folder): Promise<Adapter> => {
  adapter = await createAdapter(model, { variant: 'plain' });
  return adapter;
};

it('adapts a folder as the model in this thread does, to the bit', async () => {
  await open();
  expect(adapter.info).toMatchObject({
    name: 'small',
    dtype: 'int8',
    variant: 'plain',
    layers: ['below', 'above', 'logits'],
  });
  const events: AdaptProgress[] = [];
  const result = await adapter.adapt(words, { ...settings, onProgress: (event) => events.push(event) });
  const here = await AdaptedModel.open(inkModel('int8'), { variant: 'plain' });
  const { seconds: _, ...wanted } = await here.adapt(words, settings, { stop: () => undefined });
  expect(result).toMatchObject(wanted);
  expect(events.map(({ step }) => step)).toEqual(Array.from({ length: result.steps }, (_, i) => i + 1));
  expect(await adapter.onnx()).toEqual(here.onnx());
  const delta = (await adapter.exportDelta())!;
  expect(await adapter.rollBack()).toBe(true);
  expect(await adapter.onnx()).toEqual(inkModel('int8').onnx);
  await adapter.importDelta(delta);
  expect(await adapter.onnx()).toEqual(here.onnx());
  await expect(adapter.importDelta(delta.subarray(1))).rejects.toMatchObject({ code: 'DELTA_INVALID' });
});

it('stops when its signal says so, and answers what came after', async () => {
  const files = inkModel();
  await open(files);
  const controller = new AbortController();
  const aborted = adapter.adapt(words, {
    ...long,
    signal: controller.signal,
    onProgress: ({ step }) => step === 5 && controller.abort(),
  });
  const later = adapter.onnx();
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await later).toEqual(files.onnx);
  await expect(adapter.adapt(words, { signal: controller.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect((await adapter.adapt(words, settings)).kept).toBe(true);
});

it('stops in a hidden tab and keeps the best so far', async () => {
  const tab = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', tab);
  await open(inkModel());
  const hide = ({ step }: AdaptProgress): void => {
    if (step !== 20) return;
    tab.visibilityState = 'hidden';
    tab.dispatchEvent(new Event('visibilitychange'));
  };
  const result = await adapter.adapt(words, { ...long, onProgress: hide });
  expect(result).toMatchObject({ stopped: 'hidden', kept: true });
  // The tab is still hidden: nothing is begun, unless it is asked for.
  expect(await adapter.adapt(words, long)).toMatchObject({ stopped: 'hidden', kept: false });
  expect(await adapter.adapt(words, { ...settings, epochs: 1, stopWhen: { hidden: false } })).toMatchObject({
    stopped: 'done',
  });
});

it('stops on a low battery that does not charge', async () => {
  const battery = Object.assign(new EventTarget(), { level: 0.15, charging: true });
  vi.stubGlobal('navigator', { getBattery: async () => battery });
  await open(inkModel());
  const unplug = ({ step }: AdaptProgress): void => {
    if (step !== 20) return;
    battery.charging = false;
    battery.dispatchEvent(new Event('chargingchange'));
  };
  expect(await adapter.adapt(words, { ...long, onProgress: unplug })).toMatchObject({ stopped: 'battery' });
  const asked = { ...settings, epochs: 1, stopWhen: { battery: 0.1 } };
  expect(await adapter.adapt(words, asked)).toMatchObject({ stopped: 'done' });
});

it('ends whatever runs when it is disposed', async () => {
  await open(inkModel());
  const running = adapter.adapt(words, long);
  adapter.dispose();
  await expect(running).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(adapter.rollBack()).rejects.toMatchObject({ code: 'DISPOSED' });
});

it('hands errors over as themselves', async () => {
  await expect(createAdapter(join(folder, 'none'))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await expect(createAdapter(folder, { dtype: 'float32' })).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
  });
  await open();
  await expect(adapter.adapt([{ ink: [], label: 'é' }])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  const unsendable = [{ ink: [], label: (() => {}) as never }];
  await expect(adapter.adapt(unsendable)).rejects.toMatchObject({ code: 'ARGUMENT' });
  const throws = (): void => {
    throw new Error('of the page');
  };
  expect((await adapter.adapt(words, { ...settings, epochs: 1, onProgress: throws })).stopped).toBe('done');
});
