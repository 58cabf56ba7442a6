/** All notes, the newest first. Lies over the paper on small screens, beside it on wide ones. */
import { Icon } from '@rivulet/shell';
import { useRef } from 'preact/hooks';
import type { Note } from '../store/inkStore.ts';
import type { Notebook } from './notebook.ts';
import { noteTitle } from './noteTitle.ts';

export function NoteList({ notebook, onClose }: { notebook: Notebook; onClose: () => void }) {
  const { notes, current } = notebook;
  const newButton = useRef<HTMLButtonElement>(null);
  /** Beside the paper the list may stay; over it, it is in the way. */
  const done = () => {
    if (matchMedia('(max-width: 60rem)').matches) onClose();
  };
  return (
    <>
      <button
        type="button"
        class="notes-shade"
        aria-label="Close the list of notes"
        tabIndex={-1}
        onClick={onClose}
      />
      <nav class="notes" id="notes" aria-label="Notes">
        <div class="notes-head">
          <h2>Notes</h2>
          <button
            ref={newButton}
            type="button"
            class="rv-button"
            onClick={() => {
              void notebook.newNote();
              done();
            }}
          >
            <Icon name="add" />
            New
          </button>
        </div>
        {notes.value.length === 0 && <p class="none">What you write is kept here, on this device.</p>}
        <ul>
          {notes.value.map((note) => (
            <li key={note.id} class={note.id === current.value.id ? 'current' : ''}>
              <button
                type="button"
                class="note"
                aria-current={note.id === current.value.id ? 'true' : undefined}
                onClick={() => {
                  void notebook.open(note.id);
                  done();
                }}
              >
                <b>{noteTitle(note)}</b>
                <small>{when(note)}</small>
              </button>
              <button
                type="button"
                class="rv-icon-button"
                aria-label={`Delete “${noteTitle(note)}”`}
                title="Delete"
                onClick={() => {
                  // The button goes with its note.
                  newButton.current?.focus();
                  void notebook.removeNote(note.id);
                }}
              >
                <Icon name="trash" />
              </button>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}

/** The time for today's notes, the day for older ones. */
function when({ updated }: Note): string {
  const date = new Date(updated);
  return date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
    : date.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}
