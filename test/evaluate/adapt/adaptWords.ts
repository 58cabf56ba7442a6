/** Unseen writers lend the recogniser some of their words; the character error is counted on others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, openModelFolder } from '@rivulet/inference/node';
import { validationWords } from '../validationWords.ts';
import { wordEdits } from '../wordEdits.ts';
import { type AdaptStudy, halfOf, percent, type StudyOptions, type Sums } from './adaptStudy.ts';
import { samplesByWriter } from './ownSamples.ts';

const MODEL = 'models/handwriting-en';
/** Words of a writer that the error is counted on, at most. */
const COUNTED = 200;
/** A writer's error on fewer words than this says little. */
const LEAST = 60;

export async function wordStudy(options: StudyOptions): Promise<AdaptStudy> {
  const { data, lent } = options;
  const writers = halfOf(samplesByWriter(await validationWords(data), lent + LEAST), options);
  return {
    title: `${writers.length} writers, ${lent} words of each; character error on up to ${COUNTED} others`,
    model: MODEL,
    cases: writers.map(([name, words]) => {
      const others = words.slice(lent, lent + COUNTED);
      return {
        name,
        samples: words.slice(0, lent).map(({ ink, label }) => ({ ink, label })),
        async judge(folder): Promise<Sums> {
          const { manifest } = await openModelFolder(folder);
          const model = await loadModel(readFileSync(join(folder, manifest.files.int8.path)));
          const sums = { edits: 0, characters: 0 };
          for (const word of others) {
            sums.edits += await wordEdits(model, word, manifest);
            sums.characters += [...word.label].length;
          }
          await model.dispose();
          return sums;
        },
      };
    }),
    figures: ({ edits, characters }) => ({ CER: edits! / characters! }),
    show: (_name, value) => percent(value),
  };
}
