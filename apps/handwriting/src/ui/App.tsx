/** The page: a header, the text as it is read, and paper for the rest of the screen. */

import { useSignal } from '@preact/signals';
import { AppHeader, deferred, Icon, Toasts } from '@rivulet/shell';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Alternatives } from './Alternatives.tsx';
import { keyboard } from './keyboard.ts';
import { NoteList } from './NoteList.tsx';
import { Notices } from './Notices.tsx';
import type { Notebook } from './notebook.ts';
import { Paper } from './Paper.tsx';
import type { Surface } from './surface.ts';
import { TextLine } from './TextLine.tsx';
import { Toolbar } from './Toolbar.tsx';

const ExportDialog = deferred(() => import('./ExportDialog.tsx').then((part) => part.ExportDialog));
const HelpDialog = deferred(() => import('./HelpDialog.tsx').then((part) => part.HelpDialog));
const LearnDialog = deferred(() => import('../learn/LearnDialog.tsx').then((part) => part.LearnDialog));

export type Panel = 'none' | 'notes' | 'export' | 'help' | 'learn';

export function App({ notebook }: { notebook: Notebook }) {
  const panel = useSignal<Panel>('none');
  const surface = useRef<Surface | undefined>(undefined);
  const notesToggle = useRef<HTMLButtonElement>(null);
  /** A dialog tells of its end a moment later: another panel may be open by then. */
  const close = (which: Panel) => {
    if (panel.peek() === which) panel.value = 'none';
  };
  const closeNotes = () => {
    if (panel.peek() === 'notes') notesToggle.current?.focus();
    close('notes');
  };
  // With the first picture, not after it: the keys of who is quick count.
  useLayoutEffect(
    () =>
      keyboard(notebook, {
        surface: () => surface.current,
        toggle: (wanted) => (panel.value = panel.value === wanted ? 'none' : wanted),
        closeNotes,
      }),
    [notebook, panel],
  );
  const notesOpen = panel.value === 'notes';
  return (
    <div class="page">
      <AppHeader app="handwriting">
        <button
          ref={notesToggle}
          type="button"
          class="rv-icon-button"
          aria-label="Notes"
          title="Notes"
          aria-expanded={notesOpen}
          aria-controls="notes"
          onClick={() => (panel.value = notesOpen ? 'none' : 'notes')}
          data-testid="notes-toggle"
        >
          <Icon name="notes" />
        </button>
      </AppHeader>
      <Notices notebook={notebook} />
      <div class={`desk${notesOpen ? ' with-notes' : ''}`}>
        {notesOpen && <NoteList notebook={notebook} onClose={closeNotes} />}
        <main class="sheet">
          <h1 class="rv-hidden">Handwriting</h1>
          <TextLine notebook={notebook} />
          <Alternatives notebook={notebook} />
          <Toolbar notebook={notebook} onOpen={(wanted) => (panel.value = wanted)} />
          <Paper notebook={notebook} onReady={(opened) => (surface.current = opened)} />
        </main>
      </div>
      {panel.value === 'export' && <ExportDialog notebook={notebook} onClose={() => close('export')} />}
      {panel.value === 'help' && (
        <HelpDialog onClose={() => close('help')} onLearn={() => (panel.value = 'learn')} />
      )}
      {panel.value === 'learn' && <LearnDialog notebook={notebook} onClose={() => close('learn')} />}
      <Toasts />
    </div>
  );
}
