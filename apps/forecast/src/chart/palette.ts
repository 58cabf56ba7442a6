/** The chart's colours, read from the page's CSS so that one place decides them for light and dark. */

export interface Palette {
  readonly line: string;
  readonly fan: string;
  readonly median: string;
  readonly past: string;
  readonly naive: string;
  readonly alarm: string;
  readonly grid: string;
  readonly axis: string;
  readonly now: string;
  readonly nowText: string;
  readonly ahead: string;
  readonly surface: string;
  readonly font: string;
}

/** Asking the style system costs more than drawing a card: each theme is asked once. */
const known = new Map<string, Palette>();

export function readPalette(element: Element): Palette {
  const theme = document.documentElement.dataset.theme ?? '';
  const palette = known.get(theme) ?? paletteOf(element);
  known.set(theme, palette);
  return palette;
}

function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--chart-${name}`).trim() || style.color;
  return {
    line: colour('line'),
    fan: colour('fan'),
    median: colour('median'),
    past: colour('past'),
    naive: colour('naive'),
    alarm: colour('alarm'),
    grid: colour('grid'),
    axis: colour('axis'),
    now: colour('now'),
    nowText: colour('now-text'),
    ahead: colour('ahead'),
    surface: colour('surface'),
    font: style.fontFamily,
  };
}

/** Calls `changed` when the page turns light or dark; the shell names its theme on the root. @returns how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const root = new MutationObserver(changed);
  root.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => root.disconnect();
}
