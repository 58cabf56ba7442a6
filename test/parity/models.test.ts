/** Every model in models/, every engine: the outputs stored when it was exported must come out again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, openModelFolder } from '@rivulet/inference/node';
import { describe, expect, it, vi } from 'vitest';
import { expectSame } from './expectSame.ts';

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface ParityFile {
  readonly cases: readonly {
    readonly inputs: Readonly<Record<string, Stored>>;
    readonly outputs: Readonly<Record<'float32' | 'int8', Readonly<Record<string, Stored>>>>;
  }[];
}

const root = fileURLToPath(new URL('../../models', import.meta.url));
const folders = readdirSync(root).filter((name) => existsSync(join(root, name, 'manifest.json')));

const tensors = (stored: Readonly<Record<string, Stored>>) =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { data, shape }]) => [name, { data: Float32Array.from(data), shape }]),
  );

/** Largest error of an output by the size of the largest: float32 sums in another order. */
const FLOAT = 2e-6;
/** int8: our engine rounds activations to 16 (plain) or 14 bits (relaxed), onnxruntime multiplies floats. */
const ENGINES = [
  { engine: 'fused', variant: 'plain', int8: 3e-4 },
  { engine: 'fused', variant: 'relaxed', int8: 1e-3 },
  { engine: 'ort', variant: 'auto', int8: FLOAT },
] as const;

describe.each(folders)('%s', (name) => {
  const folder = join(root, name);
  const { cases }: ParityFile = JSON.parse(readFileSync(join(folder, 'parity.json'), 'utf8'));

  it.each(ENGINES.flatMap((way) => (['float32', 'int8'] as const).map((weights) => ({ ...way, weights }))))(
    '$engine, $variant SIMD, $weights',
    async ({ engine, variant, int8, weights }) => {
      const tolerance = weights === 'int8' ? int8 : FLOAT;
      const model = await loadModel(await (await openModelFolder(folder)).bytes(weights), {
        engine,
        variant,
      });
      for (const { inputs, outputs } of cases) {
        const expected = tensors(outputs[weights]);
        const largest = Math.max(...Object.values(expected).flatMap(({ data }) => [...data].map(Math.abs)));
        expectSame(await model.run(tensors(inputs)), expected, tolerance * Math.max(1, largest));
      }
      expect(cases.length).toBeGreaterThan(0);
      await model.dispose();
    },
  );

  it('takes our own engine when nobody chooses, and has nothing to say about it', async () => {
    const info = vi.spyOn(console, 'info');
    for (const weights of ['float32', 'int8'] as const) {
      const model = await loadModel(await (await openModelFolder(folder)).bytes(weights));
      expect(model.engine).toBe('fused');
      await model.dispose();
    }
    expect(info).not.toHaveBeenCalled();
    info.mockRestore();
  });
});
