/** Keys of the page. They rest while the focus is in a field or a dialog, which have keys of their own. */
import { copyText } from './copyText.ts';
import type { Notebook } from './notebook.ts';
import type { Surface } from './surface.ts';

export interface KeyboardTargets {
  readonly surface: () => Surface | undefined;
  readonly toggle: (panel: 'notes' | 'export' | 'help') => void;
  readonly closeNotes: () => void;
}

/** What the help dialog lists, and all that `keyboard` obeys. */
export const SHORTCUTS = [
  ['Ctrl + Z', 'Undo'],
  ['Ctrl + Shift + Z', 'Redo'],
  ['Delete', 'Clear the page'],
  ['E', 'Eraser on or off'],
  ['Ctrl + C', 'Copy the text'],
  ['Alt + N', 'New note'],
  ['Alt + L', 'List of notes'],
  ['Alt + E', 'Export and import'],
  ['↑ ↓ PageUp PageDown', 'Move the page'],
  ['?', 'This help'],
] as const;

const LINE_PX = 84;

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys of a shortcut as they are printed on this machine's keyboard. */
export function keyNames(keys: string): string[] {
  const names = keys.split(/ (?:\+ )?/);
  return APPLE ? names.map((name) => ({ Ctrl: '⌘', Alt: '⌥', Shift: '⇧' })[name] ?? name) : names;
}

/** @returns how to stop listening. */
export function keyboard(notebook: Notebook, { surface, toggle, closeNotes }: KeyboardTargets): () => void {
  const plain: Record<string, () => void> = {
    Delete: notebook.clear,
    e: () => (notebook.eraser.value = !notebook.eraser.value),
    Escape: () => {
      notebook.eraser.value = false;
      closeNotes();
    },
    '?': () => toggle('help'),
    ArrowUp: () => surface()?.scrollBy(-LINE_PX),
    ArrowDown: () => surface()?.scrollBy(LINE_PX),
    PageUp: () => surface()?.scrollPage(-1),
    PageDown: () => surface()?.scrollPage(1),
  };
  const withControl: Record<string, () => void> = {
    z: notebook.undo,
    'shift z': notebook.redo,
    y: notebook.redo,
    // With a selection it is the browser's own copy.
    c: () => void copyText(notebook.text.value),
  };
  const withAlt: Record<string, () => void> = {
    n: () => void notebook.newNote(),
    l: () => toggle('notes'),
    e: () => toggle('export'),
  };

  const pressed = (event: KeyboardEvent) => {
    const target = event.target as Element;
    if (event.defaultPrevented || target.closest('input, textarea, dialog, [contenteditable]')) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const control = event.ctrlKey || event.metaKey;
    if (control && key === 'c' && (getSelection()?.isCollapsed === false || !notebook.text.value)) return;
    const action = control
      ? withControl[(event.shiftKey ? 'shift ' : '') + key]
      : event.altKey
        ? // With Alt, Apple's keyboards write another sign; the key is then known by its place.
          (withAlt[key] ?? withAlt[event.code.replace('Key', '').toLowerCase()])
        : plain[key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  addEventListener('keydown', pressed);
  return () => removeEventListener('keydown', pressed);
}
