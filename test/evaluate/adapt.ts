/**
 * `npm run evaluate -- adapt [--words 30] [--writers 8] [--model <folder>] [--data <folder>] [--json]`
 *   what adapting is worth to writers whom training never saw: each lends a few of their words, and the character
 *   error is counted on others of theirs, before and after, by the int8 model and the engine that pages use. A
 *   change that the writer's held-out words refuse counts as no change.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Manifest } from '@rivulet/core';
import { loadModel, openModelFolder } from '@rivulet/inference/node';
import { type LabelledInk, Random } from '@rivulet/training';
import { type AdaptSettings, createAdapter, type InkSample } from '@rivulet/training/adapt';
import { validationWords } from './validationWords.ts';
import { wordEdits } from './wordEdits.ts';

/** Words of a writer that the error is counted on, at most. */
const COUNTED = 200;
/** A writer's error on fewer words than this says little. */
const LEAST = 60;

const METHODS: readonly AdaptSettings[] = [{ method: 'lowRank' }, { method: 'all' }, { method: 'last' }];

interface Sums {
  edits: number;
  characters: number;
}

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      words: { type: 'string', default: '30' },
      writers: { type: 'string', default: '8' },
      model: { type: 'string', default: 'models/handwriting-en' },
      data: { type: 'string', default: process.env.RIVULET_DATA ?? '../shared/data' },
    },
  });
  const lent = Number(values.words);
  const { manifest } = await openModelFolder(values.model);
  const writers = chosenWriters(await validationWords(values.data), lent, Number(values.writers));
  const before: Sums = { edits: 0, characters: 0 };
  const after = METHODS.map(() => ({ sums: { edits: 0, characters: 0 }, kept: 0, worse: 0, seconds: 0 }));
  console.log(`${writers.length} writers, ${lent} words of each; error on up to ${COUNTED} others\n`);
  for (const [writer, words] of writers) {
    const own = words.slice(0, lent).map(({ ink, label }) => ({ ink, label }));
    const others = words.slice(lent, lent + COUNTED);
    const base = await errors(readFileSync(join(values.model, manifest.files.int8.path)), others, manifest);
    add(before, base);
    const line = [`${writer.padEnd(18)} ${percent(base)}`];
    for (const [i, settings] of METHODS.entries()) {
      const { kept, seconds, found } = await adapted(values.model, own, settings, async (onnx) => {
        return onnx ? errors(onnx, others, manifest) : base;
      });
      const all = after[i]!;
      add(all.sums, found);
      all.seconds += seconds;
      if (kept) all.kept++;
      if (found.edits > base.edits) all.worse++;
      line.push(`${settings.method} ${percent(found)}${kept ? '' : ' (not kept)'}`);
    }
    console.log(line.join('   '));
  }
  const figures: Record<string, number> = {
    writers: writers.length,
    'CER before': before.edits / before.characters,
  };
  console.log(`\nall, before        ${percent(before)}`);
  METHODS.forEach(({ method }, i) => {
    const { sums, kept, worse, seconds } = after[i]!;
    figures[`${method} CER`] = sums.edits / sums.characters;
    figures[`${method} kept`] = kept;
    figures[`${method} worse`] = worse;
    figures[`${method} seconds`] = seconds / writers.length;
    const about = `kept for ${kept}, worse for ${worse}, ${(seconds / writers.length).toFixed(1)} s a writer`;
    console.log(`all, ${method!.padEnd(13)} ${percent(sums)}   ${about}`);
  });
  if (values.json) console.log(JSON.stringify(figures));
}

/** Lets the model learn, and hands over what came of it, if it was kept. */
async function adapted<T>(
  model: string,
  words: readonly InkSample[],
  settings: AdaptSettings,
  use: (onnx: Uint8Array | undefined) => Promise<T>,
): Promise<{ readonly kept: boolean; readonly seconds: number; readonly found: T }> {
  const adapter = await createAdapter(model);
  try {
    const { kept, seconds } = await adapter.adapt(words, settings);
    return { kept, seconds, found: await use(kept ? await adapter.onnx() : undefined) };
  } finally {
    adapter.dispose();
  }
}

/** Writers with enough words, evenly over all there are, each with their words in an order drawn from a seed. */
function chosenWriters(words: readonly LabelledInk[], lent: number, most: number): [string, LabelledInk[]][] {
  const byWriter = new Map<string, LabelledInk[]>();
  for (const word of words) {
    const writer = `${word.contributor} ${word.writer}`;
    byWriter.set(writer, [...(byWriter.get(writer) ?? []), word]);
  }
  const able = [...byWriter]
    .filter(([, own]) => own.length >= lent + LEAST)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const every = Math.max(1, able.length / most);
  return Array.from({ length: Math.min(most, able.length) }, (_, i) => {
    const [writer, own] = able[Math.floor(i * every)]!;
    const order = Random.fromSeed(1)
      .derive(writer)
      .shuffle(Int32Array.from(own, (_, k) => k));
    return [writer, Array.from(order, (k) => own[k]!)];
  });
}

async function errors(onnx: Uint8Array, words: readonly LabelledInk[], manifest: Manifest): Promise<Sums> {
  const model = await loadModel(onnx);
  const sums: Sums = { edits: 0, characters: 0 };
  for (const word of words) {
    add(sums, { edits: await wordEdits(model, word, manifest), characters: [...word.label].length });
  }
  await model.dispose();
  return sums;
}

function add(sums: Sums, { edits, characters }: Sums): void {
  sums.edits += edits;
  sums.characters += characters;
}

function percent({ edits, characters }: Sums): string {
  return `${((100 * edits) / characters).toFixed(2)} %`.padStart(8);
}
