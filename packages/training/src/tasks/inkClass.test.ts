import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseManifest } from '@rivulet/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../export/exportModel.ts';
import { writeInkFolder } from '../fixtures/inkFolder.ts';
import { Random } from '../random.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import { train } from '../trainer.ts';
import { classLoss } from './classLoss.ts';
import { inkClass } from './inkClass.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-class-'));
  mkdirSync(join(folder, 'handwriting/pendigits'), { recursive: true });
  for (const [name, count, first] of [
    ['tra', 120, 1],
    ['tes', 30, 40],
  ] as const) {
    writeFileSync(join(folder, `handwriting/pendigits/pendigits-orig-${name}.txt`), drawn(count, first));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lines up, lines down and zigzags under the names of three digits, by writers who tilt them. */
function drawn(count: number, firstWriter: number): string {
  const random = Random.fromSeed(count);
  return Array.from({ length: count }, (_, i) => {
    const digit = i % 3;
    const tilt = random.uniform(-0.2, 0.2);
    const points = Array.from({ length: 12 }, (_, p) => {
      const y = digit === 0 ? p * 10 : digit === 1 ? -p * 10 : (p % 4) * 25;
      return ` ${Math.round(p * 8 + tilt * y)} ${Math.round(y + random.uniform(-2, 2))}`;
    });
    const head = `.SEGMENT DIGIT ${i} ? "${digit}"\n.COMMENT ${digit} ${firstWriter + (i % 4)} ${i}`;
    return `${head}\n.PEN_DOWN\n${points.join('\n')}\n.PEN_UP\n.DT 100\n`;
  }).join('\n');
}

function recipe(change: Partial<RecipeInput> = {}) {
  return parseRecipe({
    task: 'ink-class',
    seed: 2,
    data: { set: 'pendigits', valWriters: ['4'], smoothing: 0.05, augment: { rotation: 0.05 } },
    features: { step: 0.2, deslant: false },
    network: {
      inputs: { x: 7 },
      layers: [
        { op: 'gru', name: 'shape', hidden: 12, bidirectional: true },
        { op: 'dense', name: 'logits', units: 10 },
      ],
      outputs: ['logits'],
    },
    optimiser: { kind: 'adamw', lr: 0.02 },
    batch: 16,
    epochs: 12,
    ...change,
  });
}

describe('classifying ink', () => {
  it('learns many-to-one, is measured on writers of its own, and exports', async () => {
    const runFolder = join(folder, 'run');
    const run = { recipe: recipe(), dataFolder: folder, runFolder };
    const { best } = await train({ ...run, variant: 'plain' });
    expect(best!.error).toBeLessThan(0.05);
    const modelFolder = join(folder, 'model');
    await exportModel({ ...run, name: 'digits', modelFolder, commit: 'abc', date: '2026-01-01' });
    const manifest = parseManifest(JSON.parse(readFileSync(join(modelFolder, 'manifest.json'), 'utf8')));
    expect(manifest).toMatchObject({ task: 'classes', head: { kind: 'classes' } });
    expect(manifest.figures.error).toBe(best!.error);
  });

  it('keeps the writers that validate from training, unless told so', async () => {
    const data = await inkClass.prepare(recipe(), folder);
    expect([data.trainCount, data.valCount]).toEqual([90, 30]);
    const all = { set: 'pendigits', valWriters: ['4'], trainOnAll: true };
    expect((await inkClass.prepare(recipe({ data: all }), folder)).trainCount).toBe(120);
    const test = await inkClass.prepareTest!(recipe(), folder);
    expect(test.valCount).toBe(30);
    expect(test.sampleName!('val', 0)).toBe('"0" by writer 40');
  });

  it('trains on digits of UNIPEN too where the recipe says so, and names them', async () => {
    const strokes = [Array.from({ length: 9 }, (_, p) => [p, p % 3] as const)];
    const char = (label: string) => ({ contributor: 'c', writer: 'w', label, strokes });
    writeInkFolder(folder, { 'chars.train': [char('7'), char('a'), char('0')] });
    const both = recipe({ data: { set: 'pendigits', valWriters: ['4'], alsoUnipen: true } });
    const data = await inkClass.prepare(both, folder);
    expect([data.trainCount, data.valCount]).toEqual([92, 30]);
    expect(data.sampleName!('train', 91)).toBe('"0" by writer w');
    expect(data.files).toHaveLength(2);
    expect(inkClass.manifest(both, data).attribution).toContain('UNIPEN');
    expect(inkClass.manifest(recipe(), data).attribution).not.toContain('UNIPEN');
  });

  it.each([
    ['data.valWriters', { data: { set: 'pendigits', valWriters: ['99'] } }],
    ['data.smooth', { data: { set: 'pendigits', valWriters: ['1'], smooth: 1 } }],
    ['network.inputs.x', { network: { ...recipe().network, inputs: { x: 6 } } }],
    ['network.outputs', { network: { ...recipe().network, outputs: ['shape'] } }],
    [
      'network.layers.1',
      {
        network: {
          ...recipe().network,
          layers: [
            { op: 'gru', hidden: 4 },
            { op: 'dense', name: 'logits', units: 9 },
          ],
        },
      },
    ],
  ] as const)('refuses a recipe with a wrong %s', async (key, change) => {
    await expect(inkClass.prepare(recipe(change as Partial<RecipeInput>), folder)).rejects.toMatchObject({
      code: 'RECIPE_INVALID',
      details: { key },
    });
  });
});

describe('a sign that is shorter than a window', () => {
  const windows = (kernel: number, change: Partial<RecipeInput> = {}) => {
    const conv = { op: 'conv1d', name: 'windows', units: 4, kernel, padding: 'valid' } as const;
    return recipe({
      network: { ...recipe().network, layers: [conv, ...recipe().network.layers] },
      ...change,
    });
  };

  it('is refused by its label and writer', async () => {
    const data = await inkClass.prepare(recipe(), folder);
    const lengths = Array.from({ length: data.trainCount }, (_, i) => data.trainLength(i));
    const most = Math.max(...lengths);
    const first = lengths.findIndex((steps) => steps < most);
    await expect(inkClass.prepare(windows(most), folder)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(data.sampleName!('train', first)),
      details: { layer: 'windows', expected: most, got: lengths[first] },
    });
    await expect(inkClass.prepareTest!(windows(1000), folder)).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  it('comes as it was written where augmentation makes it so', async () => {
    const data = await inkClass.prepare(recipe(), folder);
    const all = Array.from({ length: data.trainCount }, (_, i) => i);
    const least = Math.min(...all.map((i) => data.trainLength(i)));
    const coarse = { data: { set: 'pendigits', valWriters: ['4'], augment: { step: 0.5 } } };
    const shortest = async (kernel: number): Promise<number> => {
      const drawn = await inkClass.prepare(windows(kernel, coarse), folder);
      const { lengths } = drawn.batch('train', all, Random.fromSeed(1));
      return Math.min(...lengths!.subarray(0, all.length));
    };
    expect(await shortest(1)).toBeLessThan(least);
    expect(await shortest(least)).toBe(least);
  });
});

describe('classLoss', () => {
  it('has the gradient of finite differences, over the valid steps of its lane alone', () => {
    const random = Random.fromSeed(1);
    const [T, F, lanes, steps, lane] = [5, 4, 8, 3, 2];
    const data = Float32Array.from({ length: T * F * lanes }, () => random.normal());
    const outputs = { data, T, F, lanes };
    const gradient = new Float32Array(data.length);
    classLoss(outputs, lane, steps, 1, 0.1, gradient);
    data.forEach((value, i) => {
      const at = (x: number): number => {
        data[i] = x;
        return classLoss(outputs, lane, steps, 1, 0.1);
      };
      const slope = (at(value + 1e-2) - at(value - 1e-2)) / 2e-2;
      data[i] = value;
      expect(gradient[i]).toBeCloseTo(slope, 4);
    });
    expect(gradient.some((value) => value !== 0)).toBe(true);
  });
});
