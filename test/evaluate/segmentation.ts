/**
 * `npm run evaluate -- segmentation [--data <folder>] [--json]`
 *   how well a page of ink is split into words, by geometry alone: over the validation lines of text whether the
 *   number of words is right, over the validation words whether one word stays one. Left out: the German,
 *   random-letter and code contributors.
 *
 * Lines are labelled with text and not with which stroke belongs where, so words are counted, not compared; a word
 * too many and one too few in a line are a line with the right number.
 */
import { parseArgs } from 'node:util';
import { type Ink, segmentInk } from '@rivulet/core';
import { unipenSamples } from '@rivulet/training';
import { dataFolder } from './folders.ts';

const LEFT_OUT = ['abm', 'sie', 'atu', 'lav', 'att'];

interface Sums {
  samples: number;
  right: number;
  /** Labelled lines of more than one word, and the right ones of them. */
  longer: number;
  longerRight: number;
  words: number;
  found: number;
  /** Words found beyond those there are, and words not found, summed over samples. */
  over: number;
  under: number;
}

export async function evaluate(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  });
  const data = dataFolder(values.data);
  const lines = await count(data, 'text');
  const words = await count(data, 'words');

  const all = total(lines);
  const one = total(words);
  const figures = {
    lines: all.samples,
    'lines with the right number of words': all.right / all.samples,
    'lines of several words with the right number': all.longerRight / all.longer,
    'words found over words there': all.found / all.words,
    'words too many or too few over words there': (all.over + all.under) / all.words,
    words: one.samples,
    'words kept one': one.right / one.samples,
  };
  console.log(`${all.samples} lines of text, ${all.words} words:`);
  console.log(`  right number of words   ${percent(figures['lines with the right number of words'])}`);
  console.log(
    `  ... of several words    ${percent(figures['lines of several words with the right number'])}`,
  );
  console.log(`  words found over there  ${percent(figures['words found over words there'])}`);
  console.log(`  too many or too few     ${percent(figures['words too many or too few over words there'])}`);
  console.log(`${one.samples} single words:`);
  console.log(`  kept one                ${percent(figures['words kept one'])}\n`);
  console.log('by contributor: lines with the right number, words too many, too few; words kept one');
  for (const name of [...new Set([...lines.keys(), ...words.keys()])].sort()) {
    const text = lines.get(name);
    const single = words.get(name);
    const ofLines = text
      ? `${percent(text.right / text.samples)} of ${String(text.samples).padStart(4)}  +${text.over} -${text.under}`
      : '';
    const ofWords = single ? `${percent(single.right / single.samples)} of ${single.samples}` : '';
    console.log(`  ${name}  ${ofLines.padEnd(28)}${ofWords}`);
  }
  if (values.json) console.log(JSON.stringify(figures));
}

/** By contributor. */
async function count(data: string, category: 'text' | 'words'): Promise<Map<string, Sums>> {
  const sums = new Map<string, Sums>();
  for await (const { contributor, label, ink } of unipenSamples(data, category, 'val')) {
    if (LEFT_OUT.includes(contributor)) continue;
    const [least, most] = category === 'text' ? wordsOf(label) : [1, 1];
    const own = sums.get(contributor) ?? none();
    sums.set(contributor, own);
    const found = countWords(ink);
    // Of several right numbers the nearest is the one that is there.
    const there = Math.min(most, Math.max(least, found));
    own.samples++;
    own.words += there;
    own.found += found;
    own.over += Math.max(0, found - there);
    own.under += Math.max(0, there - found);
    if (found === there) own.right++;
    if (least > 1) own.longer++;
    if (least > 1 && found === there) own.longerRight++;
  }
  return sums;
}

function countWords(ink: Ink): number {
  return segmentInk(ink).reduce((sum, { words }) => sum + words.length, 0);
}

/** Some labels set a comma or a dash apart that was written close to its word: both numbers are right. */
function wordsOf(label: string): [least: number, most: number] {
  const parts = label.split(/\s+/).filter(Boolean);
  return [Math.max(1, parts.filter((part) => /[\p{L}\p{N}]/u.test(part)).length), Math.max(1, parts.length)];
}

function none(): Sums {
  return { samples: 0, right: 0, longer: 0, longerRight: 0, words: 0, found: 0, over: 0, under: 0 };
}

function total(sums: ReadonlyMap<string, Sums>): Sums {
  const all = none();
  for (const own of sums.values()) {
    for (const key of Object.keys(all) as (keyof Sums)[]) all[key] += own[key];
  }
  return all;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`.padStart(8);
}
