/** Learning one's hand: what from, whether it helped, and the way back. */
import { useSignal } from '@preact/signals';
import { explainError, ModalDialog, toast } from '@rivulet/shell';
import { useEffect, useRef } from 'preact/hooks';
import { shownText } from '../recognise/words.ts';
import type { Notebook } from '../ui/notebook.ts';
import { Problem } from '../ui/useAttempt.tsx';
import { LearnedPart } from './LearnedPart.tsx';
import { LEAST_WORDS, Learner, type LearnState } from './learner.ts';
import { outcomeText, tooFewText } from './outcomeText.ts';
import './learn.css';

/** There is one notebook in a page; learning goes on when the dialog is closed. */
let learner: Learner | undefined;

export function LearnDialog({ notebook, onClose }: { notebook: Notebook; onClose: () => void }) {
  const { state } = (learner ??= new Learner(notebook));
  const own = learner;
  const words = useSignal<number | undefined>(undefined);
  const main = useRef<HTMLButtonElement>(null);
  const open = useRef(true);
  useEffect(() => () => void (open.current = false), []);
  const count = () => void own.lessons().then((all) => (words.value = all.length));
  useEffect(count, [notebook.current.value.choices, own.passedOver.value]);

  const unsure = (notebook.reader.words.value ?? []).filter(
    ({ key }) => notebook.current.value.choices[key] === undefined,
  );
  const learning = state.value.kind === 'learning';
  const enough = (words.value ?? 0) >= LEAST_WORDS;
  // How many were left is of no use once there are others.
  const isPast = state.value.kind === 'tooFew' && words.value !== state.value.words;
  const learn = async () => {
    await own.learn();
    const { value } = own.state;
    if (open.current) return;
    const said = saidOf(value);
    if (said) toast(said);
    if (value.kind === 'failed') toast(`${explainError(value.error).sentence} The reader is as it was.`);
  };

  return (
    <ModalDialog title="Learn my handwriting" onClose={onClose}>
      <div class="learn">
        <p>
          The reader can get used to your hand. It learns from words that you corrected or confirmed. Some of
          them are put aside to check that it has become surer of what you write, and reads no more letters
          wrongly; if not, nothing changes. All of this stays on this device.
        </p>
        {words.value !== undefined && (
          <p class="words" data-testid="learn-words">
            <b>{words.value}</b>
            {enough ? ' words to learn from' : ` of the ${LEAST_WORDS} words that it needs`}
          </p>
        )}
        {unsure.length > 0 && !learning && (
          <div class="confirm">
            <blockquote lang="en">{notebook.text.value}</blockquote>
            <button
              type="button"
              class="rv-button"
              onClick={() => {
                notebook.choose(
                  ...unsure.map((word) => [word, shownText(word, notebook.current.value.choices)] as const),
                );
                // The button goes.
                main.current?.focus();
              }}
            >
              Every word of this page is right
            </button>
            <small>Is one wrong? Close this, tap the word above the paper, and correct it.</small>
          </div>
        )}
        <Progress state={state.value} />
        <button
          ref={main}
          type="button"
          class={`rv-button${learning ? '' : ' primary'}`}
          aria-disabled={!learning && !enough}
          onClick={() => (learning ? own.cancel() : enough && void learn())}
          data-testid="learn"
        >
          {learning ? 'Cancel' : 'Learn now'}
        </button>
        <p class="outcome" role="status" data-testid="learn-outcome">
          {isPast ? undefined : saidOf(state.value)}
        </p>
        {state.value.kind === 'failed' && (
          <Problem>{explainError(state.value.error).sentence} The reader is as it was.</Problem>
        )}
        {!learning && (
          <LearnedPart notebook={notebook} learner={own} onUndone={() => main.current?.focus()} />
        )}
      </div>
    </ModalDialog>
  );
}

/** What came of it, where it came to an end of its own. */
function saidOf(state: LearnState): string | undefined {
  if (state.kind === 'learned') return outcomeText(state.outcome);
  if (state.kind === 'tooFew') return tooFewText(state.words, LEAST_WORDS, state.passedOver);
  return undefined;
}

function Progress({ state }: { state: LearnState }) {
  if (state.kind !== 'learning') return null;
  const { part, etaSeconds, waiting } = state;
  const said = waiting
    ? 'Waiting until this page is seen again'
    : etaSeconds === undefined
      ? 'Getting ready…'
      : `Learning… at most ${Math.max(1, Math.ceil(etaSeconds))} s`;
  return (
    <div class="learn-progress" data-testid="learn-progress">
      <progress aria-label="Learning" value={part} max={1} />
      <span>{said}</span>
    </div>
  );
}
