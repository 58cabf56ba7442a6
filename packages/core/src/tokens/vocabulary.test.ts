import { describe, expect, it } from 'vitest';
import { joinTokens, splitText } from './splitText.ts';
import { Vocabulary } from './vocabulary.ts';

describe('text as tokens', () => {
  it('is cut into composed characters or into words, and put together again', () => {
    expect(splitText('Ja\u0308 \u{1F30A}', 'character')).toEqual(['J', '\u00e4', ' ', '\u{1F30A}']);
    expect(splitText('  two\n rivers ', 'word')).toEqual(['two', 'rivers']);
    expect(splitText('', 'word')).toEqual([]);
    expect(joinTokens(['a', 'b'], 'character')).toBe('ab');
    expect(joinTokens(['a', 'b'], 'word')).toBe('a b');
  });

  it('is numbers by a vocabulary, which names what it lacks and what it has twice', () => {
    const known = Vocabulary.of([
      ['b', 'a'],
      ['c', 'a'],
    ]);
    expect(known.tokens).toEqual(['a', 'b', 'c']);
    expect(known.numbers(['c', 'a', 'a'])).toEqual([2, 0, 0]);
    expect(() => known.numbers(['a', 'x'])).toThrow(
      expect.objectContaining({ code: 'ARGUMENT', details: { token: 'x', place: 1 } }),
    );
    const rare = Vocabulary.of([['b', 'a', 'b'], ['c']], '?', 2);
    expect(rare.tokens).toEqual(['?', 'b']);
    expect(rare.numbers(['b', 'a', 'x', '?'])).toEqual([1, 0, 0, 0]);
    expect(() => new Vocabulary(['a'], '?')).toThrow(expect.objectContaining({ details: { token: '?' } }));
    expect(() => new Vocabulary(['a', 'b', 'a'])).toThrow(
      expect.objectContaining({ details: { token: 'a' } }),
    );
  });
});
