import type { Note } from '../store/inkStore.ts';

/** The first words of a note; its day where nothing was read yet. */
export function noteTitle({ text, created }: Note): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  if (line === '')
    return `Note of ${new Date(created).toLocaleDateString(undefined, { day: 'numeric', month: 'long' })}`;
  return line.length <= 48 ? line : `${line.slice(0, 47).trimEnd()}…`;
}
