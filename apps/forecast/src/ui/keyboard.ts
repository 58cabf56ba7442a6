/** Space plays and pauses, arrows step, Page Up and Down leap a horizon, Home and End go to the ends. */
import type { Page } from './page.ts';

/** @returns how to stop listening. */
export function keyboard(page: Page): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (needsKeys(event.target)) return;
    const act = ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act(page, event.shiftKey);
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}

const ACTS: Readonly<Record<string, (page: Page, shift: boolean) => void>> = {
  ' ': (page) => page.togglePlay(),
  ArrowRight: (page, shift) => page.step(shift ? 10 : 1),
  ArrowLeft: (page, shift) => page.step(shift ? -10 : -1),
  PageUp: (page) => page.step(-page.horizon.value),
  PageDown: (page) => page.step(page.horizon.value),
  Home: (page) => page.step(Number.NEGATIVE_INFINITY),
  End: (page) => page.step(Number.POSITIVE_INFINITY),
};

/** Controls that mean something else by these keys keep them. */
function needsKeys(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, select, textarea, button, summary, a[href], [role=radio], [contenteditable]') !==
      null
  );
}
