/** The validation words that the handwriting figures count. */
import { type LabelledInk, unipenSamples } from '@rivulet/training';

/** Contributors of German, random letters and code. */
const LEFT_OUT = ['abm', 'sie', 'atu', 'lav', 'att'];

export async function validationWords(data: string): Promise<LabelledInk[]> {
  const words: LabelledInk[] = [];
  for await (const word of unipenSamples(data, 'words', 'val')) {
    if (!LEFT_OUT.includes(word.contributor)) words.push(word);
  }
  return words;
}
