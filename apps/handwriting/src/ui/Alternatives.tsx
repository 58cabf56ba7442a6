/** Other readings of the word in focus, to choose from; and a field for the word that none of them is. */
import { useSignal } from '@preact/signals';
import { Icon } from '@rivulet/shell';
import { useEffect, useRef } from 'preact/hooks';
import { shownText, type Word } from '../recognise/words.ts';
import type { Notebook } from './notebook.ts';

export function Alternatives({ notebook }: { notebook: Notebook }) {
  const { reader, current } = notebook;
  const typing = useSignal<Word | undefined>(undefined);
  const typeButton = useRef<HTMLButtonElement>(null);
  /** The field goes, and the focus with it: hands on the keyboard find it where it came from. */
  const wasTyping = useRef(false);
  useEffect(() => {
    if (wasTyping.current && !typing.value) typeButton.current?.focus();
    wasTyping.current = typing.value !== undefined;
  }, [typing.value]);
  const word = reader.focus.value;
  const chosen = word && shownText(word, current.value.choices);
  // A word typed by hand stands before the readings, so that one can go back and forth.
  const typed = word && chosen && !word.readings.includes(chosen) ? [chosen] : [];
  const texts = [...typed, ...(word?.readings ?? [])];

  if (typing.value) {
    return <TypeWord notebook={notebook} word={typing.value} onClose={() => (typing.value = undefined)} />;
  }
  return (
    <fieldset
      class="alternatives"
      aria-label={chosen ? `Other readings of “${chosen}”` : 'Other readings'}
      data-testid="alternatives"
    >
      {word &&
        texts.map((text) => (
          <button
            type="button"
            key={text}
            class="chip"
            aria-pressed={text === chosen}
            onClick={() => notebook.choose([word, text])}
          >
            {text}
          </button>
        ))}
      {word && (
        <button
          ref={typeButton}
          type="button"
          class="chip type"
          aria-label="Type the word"
          title="Type the word"
          onClick={() => (typing.value = word)}
        >
          <Icon name="edit" />
        </button>
      )}
    </fieldset>
  );
}

function TypeWord({ notebook, word, onClose }: { notebook: Notebook; word: Word; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <form
      class="alternatives"
      onSubmit={(event) => {
        event.preventDefault();
        notebook.choose([word, field.current!.value.trim()]);
        onClose();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <input
        ref={field}
        class="type-word"
        aria-label="What the word is"
        defaultValue={shownText(word, notebook.current.value.choices)}
        maxLength={200}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
      />
      <button type="submit" class="rv-button primary">
        Use
      </button>
      <button type="button" class="rv-button quiet" onClick={onClose}>
        Cancel
      </button>
    </form>
  );
}
