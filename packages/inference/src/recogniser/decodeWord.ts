/** From the network's output for a word to its readings. */
import { type CtcPath, ctcPrefixBeam, type Ink, type InkFeatures, logSoftmax } from '@rivulet/core';
import { graphemeRanges } from './graphemeRanges.ts';
import { labelSpans } from './labelSpans.ts';
import type { WordReading } from './wordReading.ts';

/** Texts the search keeps beyond those that are asked for. */
const SPARE_BEAM = 12;
/** A class of less probability than e^-9 does not lengthen a text: no reading among the first twenty has one. */
const MIN_LOG_PROB = -9;

/**
 * @param logits [S, C] row-major
 * @param alphabet [C] text of each class; class 0 is the blank
 * @param features the word's, of which the logits were made
 * @param word what the features were made of
 * @returns best first, at most `count`; empty texts are none
 */
export function decodeWord(
  logits: Float32Array,
  alphabet: readonly string[],
  features: InkFeatures,
  word: Ink,
  count: number,
): WordReading[] {
  const C = alphabet.length;
  const S = logits.length / C;
  const paths = ctcPrefixBeam(logSoftmax(logits, S, C), S, C, {
    beam: count + SPARE_BEAM,
    alternatives: count + 1, // one may be the empty text
    minLogProb: MIN_LOG_PROB,
  });
  const readings = new Map<string, WordReading>();
  for (const path of paths) {
    const reading = readingOf(path, S, alphabet, features, word);
    if (reading.text !== '' && !readings.has(reading.text)) readings.set(reading.text, reading);
  }
  return [...readings.values()].slice(0, count);
}

function readingOf(
  path: CtcPath,
  S: number,
  alphabet: readonly string[],
  features: InkFeatures,
  word: Ink,
): WordReading {
  const texts = path.labels.map((label) => alphabet[label]!);
  const text = texts.join('').trim();
  const spans = labelSpans(path, S, features, word);
  // Where each label's text stands in the trimmed text.
  let at = text.length === 0 ? 0 : -texts.join('').indexOf(text);
  const ends = texts.map((own) => (at += own.length));
  const graphemes = graphemeRanges(text)
    .filter(({ begin, end }) => text.slice(begin, end).trim() !== '')
    .map(({ begin, end }) => ({
      begin,
      end,
      spans: spans.filter((_, i) => ends[i]! > begin && ends[i]! - texts[i]!.length < end).flat(),
    }));
  return { text, score: path.score, graphemes };
}
