import { parseManifest, type RivuletError, readOnnx } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import { AdaptedModel } from './adaptedModel.ts';
import type { AdaptProgress, AdaptSample, AdaptSettings, Interruption, ModelFiles } from './api.ts';
import { classModel, drawnWords, inkModel, seriesModel, waves } from './fixtures/smallModels.ts';
import { inkSamples } from './samples/inkSamples.ts';

const listen = { stop: () => undefined };
const open = (files: ModelFiles) => AdaptedModel.open(files, { variant: 'plain' });
/** Much at once: the small model begins without knowing anything. */
const much: AdaptSettings = { epochs: 40, learningRate: 0.02, patience: 40 };
/** Of these a quarter, just, are drawn to judge. */
const words = drawnWords(24, 10);

/** @param weighted layers with weights, of which the last has no matrix */
function signLayers(weighted: number): RecipeInput['network']['layers'] {
  const layers = [{ op: 'dense', units: 3 } as const, { op: 'layerNorm' } as const];
  return [...layers.slice(2 - weighted), { op: 'pool', name: 'logits', kind: 'mean' }];
}

async function failure(work: Promise<unknown>): Promise<RivuletError> {
  return work.then(
    () => {
      throw new Error('it passed');
    },
    (error) => error,
  );
}

describe.each<AdaptSettings>([
  { method: 'all', ...much },
  { method: 'last', layers: 2, ...much },
  { method: 'lowRank', rank: 4, ...much },
])('adapting by method $method', (settings) => {
  it('learns what the held-out words show, and says so', async () => {
    const model = await open(inkModel());
    const events: AdaptProgress[] = [];
    const result = await model.adapt(words, settings, {
      ...listen,
      onProgress: (event) => events.push(event),
    });
    expect(result).toMatchObject({ kept: true, trained: 18, judged: 6 });
    expect(result.after.loss).toBeLessThan(0.7 * result.before.loss);
    expect(Object.keys(result.after).sort()).toEqual(['cer', 'loss', 'wordAccuracy']);
    expect(events).toHaveLength(result.steps);
    expect(events.at(-1)).toMatchObject({ step: result.steps, totalSteps: 120, before: result.before });
    expect(events.at(-1)!.etaSeconds).toBeGreaterThanOrEqual(0);
    // Asked again, without learning, the changed model has the figures that the decision was made by.
    const again = await model.adapt(words, { ...settings, epochs: 1, learningRate: 1e-12 }, listen);
    expect(again).toMatchObject({ kept: false, before: result.after });
  });

  it('does the same again from the same seed, and something else from another', async () => {
    const adapted = async (seed: number): Promise<Uint8Array> => {
      const model = await open(inkModel('int8'));
      await model.adapt(words, { ...settings, epochs: 6, seed, margin: 0 }, listen);
      return model.onnx();
    };
    const first = await adapted(1);
    expect(await adapted(1)).toEqual(first);
    expect(await adapted(2)).not.toEqual(first);
  });

  it('changes what it trains and nothing else', async () => {
    const model = await open(inkModel());
    const tensors = () =>
      new Map(readOnnx(model.onnx()).graph.initializers.map(({ name, data }) => [name, data.slice()]));
    const before = tensors();
    await model.adapt(words, settings, listen);
    const changed = [...tensors()].filter(([name, data]) => String(data) !== String(before.get(name)));
    const wanted = {
      all: ['above.B', 'above.R', 'above.W', 'below.B', 'below.R', 'below.W', 'logits.B', 'logits.W'],
      last: ['above.B', 'above.R', 'above.W', 'logits.B', 'logits.W'],
      lowRank: ['above.R', 'above.W', 'below.R', 'below.W', 'logits.W'],
    }[settings.method!];
    expect(changed.map(([name]) => name).sort()).toEqual(wanted);
  });

  it('is taken back, and comes back from its file to the bit', async () => {
    const files = inkModel('int8');
    const model = await open(files);
    expect(model.onnx()).toEqual(files.onnx);
    expect(await model.exportDelta()).toBeUndefined();
    expect(model.rollBack()).toBe(false);
    await model.adapt(words, settings, listen);
    const adapted = model.onnx();
    expect(adapted).not.toEqual(files.onnx);
    const delta = (await model.exportDelta())!;
    expect(model.rollBack()).toBe(true);
    expect(model.onnx()).toEqual(files.onnx);
    const other = await open(files);
    await other.importDelta(delta);
    expect(other.onnx()).toEqual(adapted);
    expect(other.onnx('float32')).not.toEqual(other.onnx('int8'));
    // What came from a file is gone on from like what was learned here.
    const more = await other.adapt(words, { ...settings, epochs: 2, margin: 0 }, listen);
    expect(more.before.loss).toBeLessThan(1.5);
    expect(other.rollBack()).toBe(more.kept);
    expect(other.onnx()).toEqual(more.kept ? adapted : files.onnx);
  });
});

describe('the held-out words', () => {
  it('keep nothing that is not better by the margin', async () => {
    const files = inkModel();
    const model = await open(files);
    const result = await model.adapt(words, { ...much, epochs: 3, margin: 0.999 }, listen);
    expect(result.kept).toBe(false);
    expect(result.after.loss).toBeLessThan(result.before.loss);
    expect(model.onnx()).toEqual(files.onnx);
  });

  it.each([
    ['signs', 'error', classModel, drawnWords(24, 2, 1), 6],
    ['letters', 'cer', inkModel, drawnWords(24, 1), 6],
  ] as const)(
    'refuse what reads more %s wrongly, though its loss is lower',
    async (_, figure, make, own, epochs) => {
      const model = await open(make());
      const settings = { method: 'all', learningRate: 0.02 } as const;
      expect(await model.adapt(own, { ...settings, epochs, margin: 0 }, listen)).toMatchObject({
        kept: true,
      });
      const learned = model.onnx();
      const more = await model.adapt(own, { ...settings, epochs: 1 }, listen);
      expect(more.after.loss).toBeLessThan(0.95 * more.before.loss);
      expect(more.after[figure]!).toBeGreaterThan(more.before[figure]!);
      expect(more.kept).toBe(false);
      expect(model.onnx()).toEqual(learned);
    },
  );

  it('end a training that makes them worse', async () => {
    const model = await open(inkModel());
    // Labels that say nothing about the ink.
    const shuffled = words.map(({ ink }, i) => ({
      ink,
      label: words[(i * 7 + 3) % words.length]!.label.slice(0, 1),
    }));
    const result = await model.adapt(shuffled, { ...much, epochs: 200, patience: 5, method: 'all' }, listen);
    expect(result.stopped).toBe('early');
    expect(result.epochs).toBeLessThan(200);
  });

  it('are the same words in any order, and when more words come', () => {
    const { manifest, recipe } = inkModel();
    const options = {
      manifest: parseManifest(manifest),
      recipe: parseRecipe(recipe),
      heldOut: 0.25,
      seed: 1,
    };
    const judges = (samples: readonly AdaptSample[]): number[] => {
      const data = inkSamples(samples, options);
      // The length of a drawn word's path is nobody else's.
      return Array.from({ length: data.valCount }, (_, i) => data.batch('val', [i], Random.fromSeed(0)))
        .map(({ inputs }) => inputs.x!.data.reduce((sum, value) => sum + value, 0))
        .sort();
    };
    const all = judges(words);
    expect(all).toHaveLength(6);
    expect(judges([...words].reverse())).toEqual(all);
    const before = judges(words.slice(0, 20));
    expect(before).toHaveLength(5);
    expect(before.filter((word) => all.includes(word))).toEqual(before);
  });
});

describe('stopping', () => {
  const after = (steps: number, reason: Interruption) => {
    let asked = 0;
    return { stop: () => (asked++ < steps ? undefined : reason) };
  };

  it.each(['hidden', 'battery'] as const)('because of %s judges the best so far', async (reason) => {
    const model = await open(inkModel());
    const result = await model.adapt(words, { ...much, margin: 0 }, after(61, reason));
    expect(result).toMatchObject({ stopped: reason, kept: true, steps: 61, epochs: 20 });
    expect(await model.exportDelta()).toBeDefined();
    const files = inkModel();
    const early = await open(files);
    const nothing = await early.adapt(words, much, after(1, reason));
    expect(nothing).toMatchObject({ stopped: reason, kept: false, steps: 1, after: nothing.before });
    expect(early.onnx()).toEqual(files.onnx);
  });

  it('by abort rejects and leaves what was', async () => {
    const files = inkModel();
    const model = await open(files);
    expect(await failure(model.adapt(words, much, after(61, 'abort')))).toMatchObject({ code: 'ABORTED' });
    expect(model.onnx()).toEqual(files.onnx);
    // and it can be asked again
    expect((await model.adapt(words, much, listen)).kept).toBe(true);
  });

  it('when its time is over', async () => {
    const model = await open(inkModel());
    expect(
      await model.adapt(words, { ...much, epochs: 1e6, patience: 1e6, seconds: 0.2 }, listen),
    ).toMatchObject({
      stopped: 'time',
    });
  });

  it('when it diverges, with a code, and leaves what was', async () => {
    const files = inkModel();
    const model = await open(files);
    const far = failure(model.adapt(words, { method: 'all', learningRate: 1e38, epochs: 9 }, listen));
    expect((await far).code).toBe('DIVERGED');
    expect(model.onnx()).toEqual(files.onnx);
  });
});

describe('a classifier', () => {
  const signs = drawnWords(24, 14, 1);

  it.each(['all', 'last', 'lowRank'] as const)(
    'learns the signs of one hand by method %s',
    async (method) => {
      const files = classModel('int8');
      const model = await open(files);
      const result = await model.adapt(signs, { ...much, method }, listen);
      expect(result).toMatchObject({ kept: true, trained: 18, judged: 6 });
      expect(result.after.loss).toBeLessThan(0.7 * result.before.loss);
      expect(Object.keys(result.after).sort()).toEqual(['error', 'loss']);
      const adapted = model.onnx();
      const other = await open(files);
      await other.importDelta((await model.exportDelta())!);
      expect(other.onnx()).toEqual(adapted);
      expect(model.rollBack()).toBe(true);
      expect(model.onnx()).toEqual(files.onnx);
    },
  );

  it('names a sign that is none of its classes, or no sign', async () => {
    const model = await open(classModel());
    const bad = (sample: unknown) => failure(model.adapt([...signs, sample as AdaptSample], {}, listen));
    const scribble = { x: Array.from({ length: 9000 }, (_, i) => i % 2), y: new Array(9000).fill(0) };
    for (const sample of [{ ...signs[0], label: 'cl' }, { ink: [scribble], label: 'c' }, { label: 'c' }]) {
      expect(await bad(sample)).toMatchObject({ code: 'DATA_INVALID', details: { sample: 24 } });
    }
    expect(await failure(model.adapt(signs.slice(0, 1), {}, listen))).toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('a classifier that reads windows of steps', () => {
  it('names the sign that is shorter than one', async () => {
    const windows = { op: 'conv1d', units: 3, kernel: 20, padding: 'valid' } as const;
    const model = await open(
      classModel('float32', 7, [windows, { op: 'pool', name: 'logits', kind: 'mean' }]),
    );
    const places = Array.from({ length: 40 }, (_, p) => p);
    const zigzag = { x: places.map((p) => p % 2), y: places.map((p) => p / 39) };
    const waved = ['c', 'l', 'v', 'c'].map((label) => ({ label, ink: [zigzag] }));
    expect((await model.adapt(waved, { epochs: 1 }, listen)).trained).toBeGreaterThan(0);
    const line = { label: 'l', ink: [{ x: [0, 0], y: [0, 1] }] };
    expect(await failure(model.adapt([...waved, line], { epochs: 1 }, listen))).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('is too short for this model, which needs 20'),
      details: { sample: 4, label: 'l', steps: 7 },
    });
  });
});

describe('a forecaster', () => {
  it('learns a series of its own, judged by its last part', async () => {
    const model = await open(seriesModel('int8'));
    const result = await model.adapt([waves(600)], { method: 'all', epochs: 8, learningRate: 0.01 }, listen);
    expect(result.kept).toBe(true);
    expect(result.after.sql).toBeLessThan(0.9 * result.before.sql!);
    expect(Object.keys(result.after).sort()).toEqual(['loss', 'ratio', 'sql']);
  });

  it('names a series that is none', async () => {
    const model = await open(seriesModel());
    const bad = (sample: unknown) => failure(model.adapt([waves(600), sample as AdaptSample], {}, listen));
    expect(await bad({ ink: [], label: 'a' })).toMatchObject({
      code: 'DATA_INVALID',
      details: { sample: 1 },
    });
    expect(await bad({ y: [1, Infinity], season: 2 })).toMatchObject({ code: 'SERIES_INVALID' });
    expect(await bad({ y: [1, 2], season: 0.5 })).toMatchObject({ code: 'DATA_INVALID' });
    expect(await failure(model.adapt([{ y: [1, 2, 3] }], {}, listen))).toMatchObject({
      code: 'DATA_INVALID',
    });
  });
});

describe('bad input', () => {
  it.each<[what: string, sample: unknown, code: string]>([
    ['no ink', { label: 'c' }, 'DATA_INVALID'],
    ['a character beyond the alphabet', { ...words[0], label: 'cé' }, 'DATA_INVALID'],
    ['an empty label', { ...words[0], label: '' }, 'DATA_INVALID'],
    ['a label longer than its ink', { ...words[0], label: 'clv'.repeat(40) }, 'DATA_INVALID'],
    ['NaN', { ink: [{ x: [0, Number.NaN], y: [0, 1] }], label: 'c' }, 'INK_INVALID'],
    ['x without y', { ink: [{ x: [0, 1], y: [0] }], label: 'c' }, 'INK_INVALID'],
    ['strokes that are none', { ink: [[0, 1, 1, 0]], label: 'c' }, 'INK_INVALID'],
  ])('names the sample: %s', async (_what, sample, code) => {
    const model = await open(inkModel());
    const error = await failure(model.adapt([...words.slice(0, 5), sample as AdaptSample], {}, listen));
    expect(error).toMatchObject({ code, details: { sample: 5 } });
    expect(error.message).toMatch(/ample 5/);
  });

  it('needs a word to learn from and one to judge by', async () => {
    const model = await open(inkModel());
    expect(await failure(model.adapt(words.slice(0, 1), {}, listen))).toMatchObject({ code: 'DATA_INVALID' });
    expect(await model.adapt(words.slice(0, 2), { epochs: 1 }, listen)).toMatchObject({
      trained: 1,
      judged: 1,
    });
  });

  it.each<[key: string, settings: object]>([
    ['rank', { rank: 0 }],
    ['heldOut', { heldOut: 1 }],
    ['layers', { method: 'last', layers: 4 }],
    ['layers', { method: 'all', layers: 1 }],
    ['epoch', { epoch: 3 }],
    ['learningRate', { learningRate: -1 }],
  ])('names the setting %s', async (key, settings) => {
    const model = await open(inkModel());
    expect(await failure(model.adapt(words, settings, listen))).toMatchObject({
      code: 'ARGUMENT',
      details: { key },
    });
  });

  it.each<[key: string, got: unknown, settings: AdaptSettings, weighted: number]>([
    ['layers', 1, { method: 'lowRank', layers: 1 }, 2],
    ['method', 'lowRank', { method: 'lowRank' }, 1],
    ['layers', 1, { method: 'lowRank', layers: 1 }, 1],
    ['method', 'lowRank', { method: 'lowRank' }, 0],
    ['method', 'all', { method: 'all' }, 0],
    ['method', 'last', { method: 'last' }, 0],
  ])('refuses before it trains what has nothing to train: %s %s', async (key, got, settings, weighted) => {
    const model = await open(classModel('float32', 7, signLayers(weighted)));
    expect(model.info.layers).toHaveLength(weighted);
    expect(await failure(model.adapt(drawnWords(8, 2, 1), settings, listen))).toMatchObject({
      code: 'ARGUMENT',
      details: { key, got },
    });
  });

  it('trains the matrices behind a layer that has none', async () => {
    const model = await open(classModel('float32', 7, signLayers(2)));
    const result = await model.adapt(
      drawnWords(8, 2, 1),
      { method: 'lowRank', layers: 2, epochs: 2 },
      listen,
    );
    expect(result.after.loss).not.toBe(result.before.loss);
  });

  it('refuses files that do not belong together', async () => {
    const files = inkModel();
    const bytes = files.onnx.slice();
    bytes[bytes.length >> 1]! ^= 1;
    expect(await failure(open({ ...files, onnx: bytes }))).toMatchObject({ code: 'MODEL_HASH' });
    expect(await failure(open({ ...files, recipe: seriesModel().recipe }))).toMatchObject({
      code: 'MODEL_SHAPE',
    });
    expect(await failure(open({ ...files, manifest: {} }))).toMatchObject({ code: 'MANIFEST_INVALID' });
    const older = { ...(files.manifest as object), featureVersion: 'ink-0' };
    expect(await failure(open({ ...files, manifest: older }))).toMatchObject({ code: 'FEATURE_VERSION' });
  });

  it("refuses another model's delta and keeps its own", async () => {
    const [model, other] = await Promise.all([open(inkModel()), open(inkModel('float32', 6))]);
    await Promise.all([model.adapt(words, much, listen), other.adapt(words, much, listen)]);
    const before = model.onnx();
    expect(await failure(model.importDelta((await other.exportDelta())!))).toMatchObject({
      code: 'DELTA_MODEL',
    });
    expect(model.onnx()).toEqual(before);
  });
});
