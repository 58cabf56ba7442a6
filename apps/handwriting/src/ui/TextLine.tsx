/** What has been read so far. Each word is a button that asks for its other readings. */

import { useSignal, useSignalEffect } from '@preact/signals';
import { Icon } from '@rivulet/shell';
import { useEffect, useRef } from 'preact/hooks';
import { shownText } from '../recognise/words.ts';
import { copyText } from './copyText.ts';
import type { Notebook } from './notebook.ts';

/** A screen reader hears the text once it rests this long (ms), not at every stroke. */
const ANNOUNCE_MS = 1_200;

export function TextLine({ notebook }: { notebook: Notebook }) {
  const { reader, current, text, model } = notebook;
  const box = useRef<HTMLDivElement>(null);
  const words = reader.words.value;
  const shown = text.value;
  const focus = reader.focus.value;
  useEffect(() => {
    const word = box.current?.querySelector('[aria-pressed="true"]');
    if (word) word.scrollIntoView({ block: 'nearest' });
    else if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown, focus]);

  return (
    <div class="text-line">
      <div class="text-box" ref={box} aria-busy={reader.busy.value} data-testid="text-box">
        {shown ? (
          <p data-testid="recognised-text" lang="en">
            {words?.length
              ? words.map((word, i) => (
                  <span key={i}>
                    <button
                      type="button"
                      class={`word${current.value.choices[word.key] === undefined ? '' : ' chosen'}`}
                      aria-pressed={focus === word}
                      onClick={() => reader.focusOn(word)}
                    >
                      {shownText(word, current.value.choices)}
                    </button>
                    {word.gap}
                  </span>
                ))
              : shown}
          </p>
        ) : (
          <p class="placeholder" data-testid="recognised-text">
            {notebook.inkVersion.value >= 0 && notebook.strokes().length > 0
              ? model.value.kind === 'loading'
                ? 'Getting ready to read…'
                : ''
              : 'Your words appear here while you write'}
          </p>
        )}
      </div>
      <button
        type="button"
        class="rv-icon-button"
        aria-label="Copy the text"
        title="Copy the text"
        disabled={!shown}
        onClick={() => void copyText(shown)}
        data-testid="copy-text"
      >
        <Icon name="copy" />
      </button>
      <Announcer notebook={notebook} />
    </div>
  );
}

function Announcer({ notebook }: { notebook: Notebook }) {
  const said = useSignal('');
  useSignalEffect(() => {
    const text = notebook.text.value;
    const timer = setTimeout(() => (said.value = text), ANNOUNCE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div class="rv-hidden" role="status" aria-live="polite" data-testid="announcer">
      {said.value}
    </div>
  );
}
