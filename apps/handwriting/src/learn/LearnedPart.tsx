/** What was learned so far: undone, saved as a file, brought from one. */
import { Icon, toast } from '@rivulet/shell';
import type { Learned } from '../store/learned.ts';
import type { Notebook } from '../ui/notebook.ts';
import { saveFile } from '../ui/saveFile.ts';
import { useAttempt } from '../ui/useAttempt.tsx';
import type { Learner } from './learner.ts';

interface Props {
  readonly notebook: Notebook;
  readonly learner: Learner;
  /** The button that was pressed may be gone. */
  readonly onUndone: () => void;
}

export function LearnedPart({ notebook, learner, onUndone }: Props) {
  const { attempt, problem } = useAttempt();
  const { now } = notebook.learned.value;
  const undo = () =>
    attempt(async () => {
      await learner.undo();
      toast('The reader is as it was before');
      onUndone();
    });
  const takeFile = (file: File | undefined) =>
    file &&
    attempt(async () => {
      await learner.takeFile(new Uint8Array(await file.arrayBuffer()));
      toast('The reader knows the hand of this file');
    });

  return (
    <section class="learned">
      <h3>What it learned</h3>
      <p data-testid="learned">
        {now ? describe(now) : 'Nothing yet.'}
        {now &&
          !notebook.usesLearned.value &&
          ' The reader was renewed since, and does not use it: learn again.'}
      </p>
      <div class="learned-actions">
        {now && (
          <button type="button" class="rv-button" onClick={() => void undo()}>
            <Icon name="undo" />
            Undo
          </button>
        )}
        {now && (
          <button
            type="button"
            class="rv-button"
            onClick={() => saveFile('my-handwriting.rvdelta', new Blob([now.delta]))}
          >
            <Icon name="download" />
            Save as a file
          </button>
        )}
        <label class="rv-button">
          <Icon name="upload" />
          Load from a file
          <input
            type="file"
            class="rv-hidden"
            accept=".rvdelta"
            onChange={(event) => {
              const { currentTarget } = event;
              void takeFile(currentTarget.files?.[0]);
              // The same file may be chosen again.
              currentTarget.value = '';
            }}
            data-testid="import-learned"
          />
        </label>
      </div>
      {problem}
    </section>
  );
}

function describe({ words, at }: Learned): string {
  const day = new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
  return words === undefined ? `Brought from a file on ${day}.` : `Learned from ${words} words on ${day}.`;
}
