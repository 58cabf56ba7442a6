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

const ENGINES = [
  { engine: 'fused', variant: 'plain' },
  { engine: 'fused', variant: 'relaxed' },
  { engine: 'ort', variant: 'auto' },
] as const;

describe.each(folders)('%s', (name) => {
  const folder = join(root, name);
  const { cases }: ParityFile = JSON.parse(readFileSync(join(folder, 'parity.json'), 'utf8'));

  it.each(ENGINES.flatMap((way) => (['float32', 'int8'] as const).map((weights) => ({ ...way, weights }))))(
    '$engine, $variant SIMD, $weights',
    async ({ engine, variant, weights }) => {
      const model = await loadModel(await (await openModelFolder(folder)).bytes(weights), {
        engine,
        variant,
      });
      for (const { inputs, outputs } of cases) {
        const expected = tensors(outputs[weights]);
        const largest = Math.max(...Object.values(expected).flatMap(({ data }) => [...data].map(Math.abs)));
        // int8: the engine rounds activations to 16 or 14 bits, relative to the logits' size.
        const tolerance = weights === 'float32' || engine === 'ort' ? 1e-4 : 2e-3 * Math.max(1, largest);
        expectSame(await model.run(tensors(inputs)), expected, Math.max(tolerance, 2e-5 * largest));
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
