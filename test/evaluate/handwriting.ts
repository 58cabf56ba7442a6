/**
 * `npm run evaluate -- handwriting [--model <folder>] [--data <folder>] [--json]`
 *   character error rate of the shipped recogniser's network over the validation words, float32, int8 and
 *   int8a7, by the engine that pages use: greedy decoding, no dictionary. Left out: the German, random-letter and code
 *   contributors.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModel, openModelFolder } from '@rivulet/inference/node';
import type { LabelledInk } from '@rivulet/training';
import { dataFolder, modelFolder } from './folders.ts';
import { validationWords } from './validationWords.ts';
import { wordEdits } from './wordEdits.ts';

interface Sums {
  edits: number;
  characters: number;
  right: number;
  words: number;
}

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      model: { type: 'string' },
      data: { type: 'string' },
    },
  });
  const folder = modelFolder(values.model, 'models/handwriting-en');
  const { manifest } = await openModelFolder(folder);
  const words: LabelledInk[] = await validationWords(dataFolder(values.data));
  console.log(
    `${words.length} validation words of ${new Set(words.map(({ writer }) => writer)).size} writers\n`,
  );

  const figures: Record<string, number> = { words: words.length };
  const perContributor = new Map<string, Sums>();
  for (const dtype of ['float32', 'int8', 'int8a7'] as const) {
    const model = await (dtype === 'float32'
      ? loadModel(join(folder, manifest.files.float32.path))
      : loadModel(join(folder, manifest.files.int8.path), { dtype }));
    const all = none();
    const started = performance.now();
    for (const word of words) {
      const edits = await wordEdits(model, word, manifest);
      const own = perContributor.get(word.contributor) ?? none();
      perContributor.set(word.contributor, own);
      for (const sums of dtype === 'int8' ? [all, own] : [all]) {
        sums.edits += edits;
        sums.characters += [...word.label].length;
        sums.right += edits === 0 ? 1 : 0;
        sums.words++;
      }
    }
    const perWord = (performance.now() - started) / words.length;
    await model.dispose();
    figures[`${dtype} CER`] = all.edits / all.characters;
    figures[`${dtype} word accuracy`] = all.right / all.words;
    figures[`${dtype} ms a word`] = perWord;
    console.log(
      `${dtype.padEnd(8)} CER ${percent(all.edits / all.characters)}   words right ${percent(all.right / all.words)}` +
        `   ${perWord.toFixed(2)} ms a word (${model.engine})`,
    );
  }
  figures['int8 minus float32 CER'] = figures['int8 CER']! - figures['float32 CER']!;
  figures['int8a7 minus float32 CER'] = figures['int8a7 CER']! - figures['float32 CER']!;
  for (const dtype of ['int8', 'int8a7'])
    console.log(
      `${dtype} minus float32: ${(100 * figures[`${dtype} minus float32 CER`]!).toFixed(2)} points`,
    );
  console.log('\nint8 by contributor:');
  for (const [name, sums] of [...perContributor].sort(
    ([, a], [, b]) => b.edits / b.characters - a.edits / a.characters,
  )) {
    console.log(`  ${name}  ${percent(sums.edits / sums.characters)}  of ${sums.words} words`);
  }
  if (values.json) console.log(JSON.stringify(figures));
}

function none(): Sums {
  return { edits: 0, characters: 0, right: 0, words: 0 };
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`.padStart(8);
}
