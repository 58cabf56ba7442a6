/** What the page has to say about what went wrong or was left out, until a person puts it away. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { RivuletError } from '@rivulet/core';
import { explainError } from '@rivulet/shell/explainError';

export interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'warning';
  readonly text: string;
  /** The file it speaks of, if it speaks of one. */
  readonly about: string | undefined;
}

/** More would hide the chart. */
const MOST = 3;

export class Notices {
  private readonly all = signal<readonly Notice[]>([]);
  private lastId = 0;

  /** The newest last. */
  get list(): ReadonlySignal<readonly Notice[]> {
    return this.all;
  }

  /** The same text again replaces itself. */
  tell(kind: Notice['kind'], text: string, about?: string): void {
    const others = this.all.peek().filter((notice) => notice.text !== text);
    this.all.value = [...others, { id: ++this.lastId, kind, text, about }].slice(-MOST);
  }

  /** @param error anything that was thrown while something was done with the file `about`. */
  fail(error: unknown, about: string): void {
    this.tell('error', sentenceOf(error, about), about);
  }

  dismiss(id: number): void {
    this.all.value = this.all.peek().filter((notice) => notice.id !== id);
  }

  /** A file is tried again: what was said of it is over. */
  forget(about: string): void {
    this.all.value = this.all.peek().filter((notice) => notice.about !== about);
  }
}

/** Errors of the data are written for a person and name the file; of all others the shell knows a sentence. */
function sentenceOf(error: unknown, about: string): string {
  if (error instanceof RivuletError && error.code === 'DATA_INVALID') return error.message;
  return `${about}: ${explainError(error).sentence}`;
}
