/** What came of learning, in plain words. What reads more letters wrongly is never kept. */
import type { Outcome } from './learner.ts';

export function outcomeText({ kept, before, after, judged, passedOver, battery }: Outcome): string {
  const aside = judged === 1 ? 'the word put aside' : `the ${judged} words put aside`;
  const [was, is] = [Math.round(100 * before.cer!), Math.round(100 * after.cer!)];
  const result = !kept
    ? `It did not get better at reading ${aside}, so nothing was changed. More of your words may help.`
    : is < was
      ? `Done. In ${aside}, ${was} of 100 letters were read wrongly before, and ${is || 'none'} now.`
      : `Done. It reads ${aside} as well as before, and is surer of them.`;
  return (
    result + (battery ? ' It stopped early, because the battery is low.' : '') + passedOverText(passedOver)
  );
}

/** Nothing came of it. @param words that are left @param needed at least */
export function tooFewText(words: number, needed: number, passedOver: number): string {
  const left = words === 0 ? 'No word is' : words === 1 ? 'Only one word is' : `Only ${words} words are`;
  return `${left} left to learn from, and it needs ${needed}, so nothing was changed.${passedOverText(passedOver)}`;
}

function passedOverText(words: number): string {
  if (words === 0) return '';
  return words === 1
    ? ' One word was passed over: it has characters that the reader does not know, or too little ink.'
    : ` ${words} words were passed over: they have characters that the reader does not know, or too little ink.`;
}
