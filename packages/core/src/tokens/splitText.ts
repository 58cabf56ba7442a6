/** Text as tokens, and back: training and use cut it by this one rule. */

/** Of the steps that models of sequences read, tokens or plain numbers; a model is used with the rule it learned by. */
export const SEQUENCE_FEATURE_VERSION = 'sequence-1';

/** `character`: each code point of the text's composed form (NFC); `word`: what white space parts. */
export type TokenUnit = 'character' | 'word';

/** @returns none for an empty text, nor by words for one of white space */
export function splitText(text: string, unit: TokenUnit): string[] {
  return unit === 'character'
    ? Array.from(text.normalize('NFC'))
    : (text.normalize('NFC').match(/\S+/g) ?? []);
}

/** Words come back with one space between them, whatever stood there. */
export function joinTokens(tokens: readonly string[], unit: TokenUnit): string {
  return tokens.join(unit === 'character' ? '' : ' ');
}
