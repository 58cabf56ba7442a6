/** A signal that follows another at a pace that can be read: the first change at once, then the newest every so often. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';

/**
 * @param everyMs least time between two changes; the last change of a burst is never lost.
 * @returns the paced signal, and how to end it.
 */
export function paced<T>(
  source: () => T,
  everyMs: number,
): { readonly value: ReadonlySignal<T>; stop(): void } {
  const value = signal<T>(source());
  let newest = value.peek();
  let changed = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    timer = undefined;
    changed = performance.now();
    value.value = newest;
  };
  const stopEffect = effect(() => {
    newest = source();
    const left = changed + everyMs - performance.now();
    if (timer !== undefined || newest === value.peek()) return;
    if (left > 0) timer = setTimeout(show, left);
    else show();
  });
  return {
    value,
    stop() {
      clearTimeout(timer);
      stopEffect();
    },
  };
}
