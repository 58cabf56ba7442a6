/** Short messages that come and go by themselves; one that offers an action stays longer. */
import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const SHORT_MS = 4_000;
const WITH_ACTION_MS = 8_000;

export const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Shows `text`; the same text again replaces itself. @returns how to take it away early. */
export function toast(text: string, action?: Toast['action']): () => void {
  const id = ++lastId;
  toasts.value = [...toasts.value.filter((shown) => shown.text !== text), { id, text, action }].slice(-3);
  const close = () => {
    toasts.value = toasts.value.filter((shown) => shown.id !== id);
  };
  setTimeout(close, action ? WITH_ACTION_MS : SHORT_MS);
  return close;
}
