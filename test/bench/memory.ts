/**
 * `npm run bench -- memory`: what a model holds, and what is left of what it held, in Node and in a page of Chromium
 * with its worker. Counted are JavaScript objects, typed arrays and WebAssembly's memories, after a collection. The
 * code of the engine has run before: it is held once, whatever the number of models. What pushes and loads leave behind
 * is also told without what V8 keeps for itself (`objectBytes.ts`).
 */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackBytes } from '../parity/graphs.ts';
import { inChromium, inNode, type Place } from './memory/places.ts';

interface HeldModel {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly features: number;
  /** Of a call; 0: none is made, for what its activations take is the call's. */
  readonly steps: readonly number[];
}

const layers = (count: number, hidden: number) =>
  Array.from({ length: count }, () => ({ op: 'LSTM', hidden }) as const);

const MODELS: readonly HeldModel[] = [
  {
    file: 'handwriting-en.onnx',
    bytes: readFileSync(new URL('../../models/handwriting-en/model.int8.onnx', import.meta.url)),
    ...{ features: 7, steps: [0, 1, 90] },
  },
  {
    file: 'large.onnx',
    bytes: stackBytes({ seed: 1, input: 512, layers: layers(4, 512), int8: true }),
    ...{ features: 512, steps: [0, 1, 90] },
  },
];

const SMALL: HeldModel = {
  file: 'small.onnx',
  bytes: stackBytes({ seed: 1, input: 16, layers: layers(1, 64), int8: true }),
  ...{ features: 16, steps: [0] },
};

export async function bench(): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'));
  const files = [...MODELS, SMALL];
  for (const { file, bytes } of files) await writeFile(join(folder, file), bytes);
  const node = await inNode((file) => join(folder, file));
  const figures = await measure(node, 1_000_000, 10_000);
  const page = await inChromium((file) => files.find((model) => model.file === file)?.bytes);
  try {
    return { ...figures, ...(await measure(page, 100_000, 1_000)) };
  } finally {
    await page.end();
    await rm(folder, { recursive: true });
  }
}

async function measure(place: Place, pushes: number, cycles: number): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const { file: small, features } = SMALL;
  // What is compiled on the way, and what remembers it, is there before the first look.
  await place.open(small, 1, features);
  await place.push(20_000, features);
  await place.cycle(1_500, small, features);
  for (const { file, bytes, features, steps } of MODELS) {
    await place.open(file, 2, features);
    await place.close();
    for (const count of steps) {
      const before = await place.held();
      await place.open(file, count, features);
      const growth = (await place.held()) - before;
      await place.close();
      const name = `${place.name}, ${file}, ${count ? `after a call of ${count} steps` : 'loaded'}`;
      figures[`${name}, heap growth over file`] = growth / bytes.length;
      console.log(
        `${name.padEnd(60)} ${(growth / 1000).toFixed(0)} kB: ${(growth / bytes.length).toFixed(2)}x`,
      );
    }
  }
  await place.open(small, 1, features);
  const grown = async (what: string, work: () => Promise<void>): Promise<void> => {
    // As often before: V8 goes on compiling for a long while, and what it compiles stays.
    await work();
    const [objects, held] = [await place.objects?.(), await place.held()];
    await work();
    const growths = { heap: (await place.held()) - held, objects: (await place.objects?.())! - objects! };
    for (const [of, growth] of Object.entries(growths)) {
      if (Number.isNaN(growth)) continue;
      const name = `${place.name}, ${what} and as many more: growth of the ${of} by the latter`;
      figures[`${name}, bytes`] = growth;
      console.log(`${name.padEnd(90)} ${growth} bytes`);
    }
  };
  await grown(`${pushes} pushes`, () => place.push(pushes, features));
  await grown(`${cycles} times load and dispose`, () => place.cycle(cycles, small, features));
  await place.close();
  return figures;
}
