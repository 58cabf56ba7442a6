/** Space plays and pauses, arrows step, Page Up and Down leap a horizon, Home and End go to the ends. */
import type { Page } from '../state/page.ts';

/** @returns how to stop listening. */
export function keyboard(page: Page): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (isTaken(event.target, event.key)) return;
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

/** Controls keep the keys they mean something by: a button its space, a slider and a list all of them. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, select, textarea, .table-scroll')) return true;
  return key === ' ' && target.closest('button, summary, a[href]') !== null;
}
