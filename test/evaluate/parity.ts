/**
 * `npm run evaluate -- parity [--json]`
 *   the largest difference between the outputs of our engine and of onnxruntime-web, for every model in models/:
 *   over its stored parity inputs and, for a recogniser, over the real words of test/fixtures.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type InkFeatureOptions, inkFeatures, type Manifest } from '@rivulet/core';
import { type AnyTensor, loadModel, openModelFolder } from '@rivulet/inference/node';
import { realWords } from '../fixtures/realWords.ts';

type Feeds = Readonly<Record<string, AnyTensor>>;

interface ParityFile {
  readonly cases: readonly {
    readonly inputs: Readonly<Record<string, { readonly shape: number[]; readonly data: number[] }>>;
  }[];
}

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } });
  const figures: Record<string, number> = {};
  for (const name of readdirSync(MODELS)) {
    const folder = join(MODELS, name);
    if (!existsSync(join(folder, 'manifest.json'))) continue;
    const { manifest } = await openModelFolder(folder);
    const inputs = [...storedInputs(join(folder, manifest.files.parity.path)), ...wordInputs(manifest)];
    for (const weights of ['float32', 'int8'] as const) {
      const file = join(folder, manifest.files[weights].path);
      const { difference, size } = await largestDifference(file, inputs);
      figures[`${name}, ${weights}, largest difference`] = difference;
      console.log(
        `${name.padEnd(20)} ${weights.padEnd(8)} largest difference ${difference.toExponential(1)} ` +
          `in outputs up to ${size.toFixed(1)}; inputs: ${inputs.length}`,
      );
    }
  }
  if (values.json) console.log(JSON.stringify(figures));
}

/** @returns the largest difference of any output value, and the largest magnitude of one */
async function largestDifference(
  file: string,
  inputs: readonly Feeds[],
): Promise<{ readonly difference: number; readonly size: number }> {
  const [ours, theirs] = [
    await loadModel(file, { engine: 'fused' }),
    await loadModel(file, { engine: 'ort' }),
  ];
  let difference = 0;
  let size = 0;
  for (const feeds of inputs) {
    const [a, b] = [await ours.run(feeds), await theirs.run(feeds)];
    for (const [name, { data }] of Object.entries(b)) {
      for (const [i, value] of data.entries()) {
        difference = Math.max(difference, Math.abs(value - a[name]!.data[i]!));
        size = Math.max(size, Math.abs(value));
      }
    }
  }
  await ours.dispose();
  await theirs.dispose();
  return { difference, size };
}

function storedInputs(path: string): Feeds[] {
  const { cases }: ParityFile = JSON.parse(readFileSync(path, 'utf8'));
  return cases.map(({ inputs }) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { data, shape }]) => [
        name,
        { data: Float32Array.from(data), shape },
      ]),
    ),
  );
}

function wordInputs({ task, features }: Manifest): Feeds[] {
  if (task !== 'ink-text') return [];
  return realWords.map(({ strokes }) => {
    const { data, steps, features: width } = inkFeatures(strokes, features as unknown as InkFeatureOptions);
    return { x: { data, shape: [steps, 1, width] } };
  });
}
