import { inkFeatures } from '@rivulet/core';
import { scrawl } from '@rivulet/core/testing/ink';
import { describe, expect, it } from 'vitest';
import { decodeWord } from './decodeWord.ts';

const word = [scrawl(0, 0, 10, 20), scrawl(15, 0, 25, 20)];
const features = inkFeatures(word, { step: 0.2 });
const S = features.steps;
const alphabet = ['', 'a', 'b', 'e', '\u0301', ' '];
const C = alphabet.length;

/** Logits of a network that is sure of one class a step, and of the blank elsewhere. */
function logits(shown: Readonly<Record<number, Readonly<Record<string, number>>>>): Float32Array {
  const out = new Float32Array(S * C);
  for (let s = 0; s < S; s++) {
    if (!shown[s]) out[s * C] = 12;
    for (const [text, value] of Object.entries(shown[s] ?? {})) out[s * C + alphabet.indexOf(text)] = value;
  }
  return out;
}

const second = features.strokeIndex.indexOf(1);
const texts = (shown: Parameters<typeof logits>[0], count = 4) =>
  decodeWord(logits(shown), alphabet, features, word, count).map(({ text }) => text);

describe('decodeWord', () => {
  it('reads letters, and what else they may be, the likeliest first', () => {
    expect(texts({ 1: { a: 12, b: 9 }, [second]: { b: 12, e: 10 } })).toEqual(['ab', 'ae', 'bb', 'be']);
    expect(texts({ 1: { a: 12, b: 9 }, [second]: { b: 12, e: 10 } }, 2)).toEqual(['ab', 'ae']);
  });

  it('does not take no text for a reading, however likely', () => {
    expect(texts({})).toEqual([]);
    expect(texts({ 1: { '': 12, a: 9 } }, 1)).toEqual(['a']);
  });

  it('gives the probability of a text as its score', () => {
    const readings = decodeWord(logits({ 1: { a: 12, b: 11 } }), alphabet, features, word, 2);
    expect(readings[0]!.score - readings[1]!.score).toBeCloseTo(1, 2);
    expect(Math.exp(readings[0]!.score) + Math.exp(readings[1]!.score)).toBeCloseTo(1, 2);
  });

  it('takes what a person sees as one character for one, with the ink of all its classes', () => {
    const [reading] = decodeWord(
      logits({ 1: { e: 12 }, [second]: { '\u0301': 12 } }),
      alphabet,
      features,
      word,
      1,
    );
    expect(reading!.text).toBe('e\u0301');
    expect(reading!.graphemes).toEqual([
      {
        begin: 0,
        end: 2,
        spans: [
          { stroke: 0, begin: 0, end: 9 },
          { stroke: 1, begin: 0, end: 9 },
        ],
      },
    ]);
  });

  it('has no white space around a text and no ink for the one within', () => {
    const spaced = logits({
      0: { ' ': 12 },
      2: { a: 12 },
      5: { ' ': 12 },
      [second]: { b: 12 },
      [S - 1]: { ' ': 12 },
    });
    const [reading] = decodeWord(spaced, alphabet, features, word, 1);
    expect(reading!.text).toBe('a b');
    expect(reading!.graphemes.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(reading!.graphemes[1]!.spans.every(({ stroke }) => stroke === 1)).toBe(true);
  });
});
