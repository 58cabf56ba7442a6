import { expect, it } from 'vitest';
import type { Outcome } from './learner.ts';
import { outcomeText, tooFewText } from './outcomeText.ts';

const outcome: Outcome = {
  kept: true,
  before: { loss: 2, cer: 0.121 },
  after: { loss: 1, cer: 0.059 },
  ...{ trained: 15, judged: 5, passedOver: 0, battery: false },
};

it('says in plain words what came of it', () => {
  expect(outcomeText(outcome)).toBe(
    'Done. In the 5 words put aside, 12 of 100 letters were read wrongly before, and 6 now.',
  );
  expect(outcomeText({ ...outcome, after: { loss: 0.1, cer: 0 } })).toContain('and none now');
});
it('claims nothing that the words put aside do not show', () => {
  expect(outcomeText({ ...outcome, after: outcome.before })).toContain('as well as before');
  const refused = outcomeText({ ...outcome, kept: false, after: outcome.before });
  expect(refused).toContain('nothing was changed');
  expect(refused).not.toContain('Done');
});
it('names what it left out, and why it stopped', () => {
  expect(outcomeText({ ...outcome, passedOver: 1 })).toContain('One word was passed over');
  expect(outcomeText({ ...outcome, passedOver: 2, battery: true })).toMatch(
    /battery.*2 words were passed over/,
  );
});
it('says how many words are missing, and why', () => {
  expect(tooFewText(28, 30, 2)).toBe(
    'Only 28 words are left to learn from, and it needs 30, so nothing was changed. 2 words were passed over: they have characters that the reader does not know, or too little ink.',
  );
  expect(tooFewText(1, 30, 0)).toContain('Only one word is left');
  expect(tooFewText(0, 30, 0)).toContain('No word is left');
});
