/** Whether a handwriting model serves the languages that a page asks for: all of them, as the specification says. */
import { type Manifest, RivuletError } from '@rivulet/core';
import { languageMatch } from './languageMatch.ts';

/**
 * @param wanted BCP 47 tags; undefined asks for none
 * @param location where the model lies, for the error
 * @throws MODEL_NOT_FOUND: for these languages there is nothing
 */
export function checkLanguages(
  { name, languages: known = [] }: Manifest,
  wanted: readonly string[] = [],
  location: unknown,
): void {
  const language = wanted.find((tag) => !languageMatch(known, tag));
  if (language === undefined) return;
  throw new RivuletError(
    'MODEL_NOT_FOUND',
    `${name} knows ${known.join(', ') || 'no language'}, not ${language}`,
    {
      location,
      language,
      known,
    },
  );
}
