/**
 * `npm run evaluate -- adapt [words] [digits] [sensors] [--choose] [--words 30] [--most 8] [--data <folder>] [--json]`
 *   what adapting is worth to people and sensors whom training never saw: each lends a few of its samples, or the
 *   first part of its history, and the error is counted on others of its own, before and after, by the int8 model and
 *   the engine that pages use. A change that the held-out part refuses counts as no change.
 *   Without names: words and sensors, and digits where their model was made (adapt/adaptDigits.ts says how).
 *   `--choose` tries rates and ranks instead, on writers and sensors that no reported figure is of.
 */
import { parseArgs } from 'node:util';
import { RivuletError } from '@rivulet/core';
import type { AdaptSettings } from '@rivulet/training/adapt';
import { digitStudy } from './adapt/adaptDigits.ts';
import { sensorStudy } from './adapt/adaptSensors.ts';
import type { AdaptStudy, StudyOptions } from './adapt/adaptStudy.ts';
import { wordStudy } from './adapt/adaptWords.ts';
import { runStudy } from './adapt/runStudy.ts';
import { dataFolder } from './folders.ts';

const STUDIES: Readonly<Record<string, (options: StudyOptions) => Promise<AdaptStudy | undefined>>> = {
  words: wordStudy,
  digits: digitStudy,
  sensors: sensorStudy,
};

const METHODS: readonly AdaptSettings[] = [{ method: 'lowRank' }, { method: 'all' }, { method: 'last' }];

/** Rates around the defaults, and ranks at the default rate. */
const CHOICES: readonly AdaptSettings[] = [
  ...[1e-3, 3e-3, 6e-3].map((learningRate) => ({ method: 'lowRank', rank: 4, learningRate }) as const),
  { method: 'lowRank', rank: 8, learningRate: 3e-3 },
  ...[5e-4, 1e-3, 2e-3].map((learningRate) => ({ method: 'all', learningRate }) as const),
];

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      choose: { type: 'boolean', default: false },
      words: { type: 'string', default: '30' },
      most: { type: 'string', default: '8' },
      data: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !(name in STUDIES));
  if (unknown !== undefined) {
    throw new RivuletError('ARGUMENT', `adapt knows ${Object.keys(STUDIES)}, not ${unknown}`, { unknown });
  }
  const { choose } = values;
  const options = {
    choose,
    data: dataFolder(values.data),
    lent: atLeastOne('words', values.words),
    most: atLeastOne('most', values.most),
  };
  const figures: Record<string, number> = {};
  for (const name of positionals.length > 0 ? positionals : Object.keys(STUDIES)) {
    const study = await STUDIES[name]!(options);
    if (study) Object.assign(figures, await runStudy(name, study, choose ? CHOICES : METHODS));
  }
  if (values.json) console.log(JSON.stringify(figures));
}

function atLeastOne(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RivuletError('ARGUMENT', `--${option} is ${text}, not a whole number above 0`, { got: text });
}
