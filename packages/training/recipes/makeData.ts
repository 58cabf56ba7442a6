/**
 * The data of the small recipes, drawn from a seed: `node packages/training/recipes/makeData.ts` writes it into `data/`.
 * Each set has a rule that is known, so that what can be learned at best is known too.
 */
import { writeFileSync } from 'node:fs';
import { Random } from '../src/random.ts';

const SPLITS = ['train', 'val'] as const;
type Split = (typeof SPLITS)[number];

/** File name under `data/`, and its content. */
export function recipeData(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const split of SPLITS) {
    const random = (name: string): Random => Random.fromSeed(4).derive(name, split);
    const many = <T>(train: number, val: number, draw: () => T): T[] =>
      Array.from({ length: split === 'train' ? train : val }, draw);
    const lines = (samples: readonly object[]): string =>
      samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
    const [tides, floods, waves, gusts, text, tags] = [
      ...['tides', 'floods', 'waves', 'gusts', 'rivers', 'tags'],
    ].map(random) as [Random, Random, Random, Random, Random, Random];
    files[`tides.${split}.jsonl`] = lines(many(300, 100, () => tide(tides)));
    files[`floods.${split}.jsonl`] = lines(many(400, 200, () => flood(floods)));
    files[`waves.${split}.jsonl`] = lines(many(300, 60, () => wave(waves)));
    files[`gusts.${split}.jsonl`] = lines(many(300, 100, () => gust(gusts)));
    files[`rivers.${split}.txt`] = many(900, 150, () => sentence(text)).join('');
    files[`tags.${split}.jsonl`] = lines(many(500, 100, () => tagged(tags)));
    files[`numbers.${split}.jsonl`] = lines(numbers(split));
  }
  return files;
}

function one<T>(random: Random, of: readonly T[]): T {
  return of[random.int(of.length)]!;
}

const rounded = (value: number): number => Number(value.toFixed(2));

const PACE = { slow: 0.4, middle: 0.8, quick: 1.4 };

/** A water level that rises and falls at one of three paces, from any moment on, with noise. */
function tide(random: Random): object {
  const label = one(random, ['slow', 'middle', 'quick'] as const);
  const phase = random.uniform(0, 2 * Math.PI);
  const x = Array.from({ length: 12 + random.int(9) }, (_, t) =>
    rounded(Math.sin(phase + t * PACE[label]) + random.uniform(-0.2, 0.2)),
  );
  return { x, label };
}

/** Level of a river at the end of a rain: it keeps some of it from hour to hour. @param rain [hours] */
export const levelAfter = (rain: readonly number[]): number =>
  rain.reduce((level, fell) => 0.8 * level + 0.5 * fell, 0);

/** Standard deviation of a reading about its level: the higher, the rougher. */
export const readingNoise = (level: number): number => 0.03 + 0.1 * level;

/** Hours of rain, and how high the river was then read to be. */
function flood(random: Random): object {
  const x = Array.from({ length: 12 + random.int(9) }, () =>
    random.int(3) === 0 ? rounded(random.uniform(0.2, 1)) : 0,
  );
  const level = levelAfter(x);
  return { x, y: rounded(level + readingNoise(level) * random.normal()) };
}

/** A wave of the speed and height that the vector says. */
function wave(random: Random): object {
  const [speed, height] = [rounded(random.uniform(0.2, 0.8)), rounded(random.uniform(0.3, 1))];
  const y = Array.from({ length: 12 + random.int(5) }, (_, t) => rounded(height * Math.sin(speed * t)));
  return { vector: [speed, height], y };
}

/** Standard deviation of a gust about its wave: the higher, the rougher. */
export const gustNoise = (height: number): number => 0.05 + 0.15 * height;

/** A wave that is known but for noise, which grows with its height. */
function gust(random: Random): object {
  const [speed, height] = [rounded(random.uniform(0.2, 0.8)), rounded(random.uniform(0.3, 1))];
  const y = Array.from({ length: 12 + random.int(5) }, (_, t) =>
    rounded(height * Math.sin(speed * t) + gustNoise(height) * random.normal()),
  );
  return { vector: [speed, height], y };
}

const NOUNS = ['river', 'spring', 'brook', 'ford', 'delta', 'mill'];

/**
 * Bits of a line of `rivers`, which no model can do without: 1 for the number, 1 for the article, 1 for whether there is
 * an adjective and, at every second line, 2 for which; log2 6 for each noun, 2 each for verb and preposition, 1 for the
 * number of the last noun.
 */
export const BITS_OF_A_LINE = 9 + 2 * Math.log2(6);

/** A line such as "two slow rivers wind past the mill", whose verb agrees with its subject; all choices are even. */
function sentence(random: Random): string {
  const plural = random.int(2) === 1;
  const article = plural ? one(random, ['the', 'two']) : one(random, ['the', 'a']);
  const adjective = random.int(2) === 1 ? `${one(random, ['old', 'wide', 'slow', 'quiet'])} ` : '';
  const noun = one(random, NOUNS) + (plural ? 's' : '');
  const verb = one(random, ['run', 'flow', 'turn', 'wind']) + (plural ? '' : 's');
  const place = one(random, ['to', 'past', 'under', 'through']);
  const end = one(random, NOUNS) + one(random, ['', 's']);
  return `${article} ${adjective}${noun} ${verb} ${place} the ${end}\n`;
}

/** Each is a noun, or tells the noun behind it apart: which, only the next word says. */
const BOTH = ['spring', 'mill', 'water', 'flood', 'stone', 'river'];

/** D article, A what stands before a noun, N noun, P pronoun, V verb; a few words are verbs too. */
function tagged(random: Random): object {
  const words: string[] = [];
  const tags: string[] = [];
  const add = (word: string, tag: string): void => {
    words.push(word);
    tags.push(tag);
  };
  const phrase = (): void => {
    add(one(random, ['the', 'a', 'this']), 'D');
    for (let i = random.int(3); i > 0; i--) add(one(random, BOTH), 'A');
    add(one(random, BOTH), 'N');
  };
  if (random.int(2) === 1) {
    add(one(random, ['they', 'we']), 'P');
    add(one(random, ['water', 'flood', 'run', 'cross']), 'V');
  } else {
    phrase();
    add(one(random, ['floods', 'runs', 'crosses']), 'V');
  }
  phrase();
  return { x: words.join(' '), y: tags.join(' ') };
}

const ONES = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const TEENS = ['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'];
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** 0 ... 999 in words. */
function inWords(n: number): string {
  const small = [...ONES, ...TEENS];
  if (n < 20) return small[n]!;
  if (n < 100) return n % 10 === 0 ? TENS[n / 10]! : `${TENS[Math.floor(n / 10)]} ${ONES[n % 10]}`;
  const rest = n % 100;
  return `${ONES[Math.floor(n / 100)]} hundred${rest > 0 ? ` and ${inWords(rest)}` : ''}`;
}

/** Numbers in words and in digits; every fifth or so validates, and is never trained on. */
function numbers(split: Split): object[] {
  return Array.from({ length: 1000 }, (_, n) => n)
    .filter((n) => (Random.fromSeed(4).derive('numbers', n).int(5) === 0) === (split === 'val'))
    .map((n) => ({ x: inWords(n), y: String(n) }));
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(recipeData())) {
    writeFileSync(new URL(`data/${name}`, import.meta.url), content);
  }
}
