import { describe, expect, it } from 'vitest';
import { languageMatch, primaryLanguage } from './languageMatch.ts';

describe('languageMatch', () => {
  it.each([
    [['en'], 'en', true],
    [['en'], 'en-GB', true],
    [['en'], 'EN-us', true],
    [['en'], 'en-Latn', true],
    [['en'], 'en-Shaw', false],
    [['en'], 'de', false],
    [['de', 'en'], 'en-AU', true],
    [['az-Latn'], 'az', false],
    [['az-Latn'], 'az-Latn-AZ', true],
    [['en'], 'not a tag', false],
    [['en'], '', false],
    [[], 'en', false],
  ])('%j serves %s: %s', (known, wanted, serves) => {
    expect(languageMatch(known, wanted)).toBe(serves);
  });

  it('finds the primary language of a tag, and none of what is no tag', () => {
    expect(primaryLanguage('EN-Latn-GB')).toBe('en');
    expect(primaryLanguage('*')).toBeUndefined();
    expect(primaryLanguage('../../etc')).toBeUndefined();
  });
});
