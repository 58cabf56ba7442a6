/**
 * Light or dark: what the system says, until the person at the page says otherwise. The choice is kept for
 * every page of the site; `data-theme` on the root always names the theme that shows.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { THEME_KEY } from './themeKey.ts';

export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemTheme = signal<Theme>(systemDark.matches ? 'dark' : 'light');
systemDark.addEventListener('change', () => (systemTheme.value = systemDark.matches ? 'dark' : 'light'));

const themeChoice = signal<ThemeChoice>(readChoice());
/** The theme that shows now. */
export const theme: ReadonlySignal<Theme> = computed(() =>
  themeChoice.value === 'system' ? systemTheme.value : themeChoice.value,
);

/** The surface of each theme, as in tokens.css: the browser's own bars around the page take it. */
const BARS: Record<Theme, string> = { light: '#ffffff', dark: '#172124' };

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    meta.content = BARS[theme.value];
  }
});
// Another tab of the site changed it.
addEventListener('storage', (event) => {
  if (event.key === THEME_KEY) themeChoice.value = readChoice();
});

/** Chooses the other theme; choosing what the system says anyway goes back to following the system. */
export function toggleTheme(): void {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark';
  themeChoice.value = next === systemTheme.value ? 'system' : next;
  try {
    if (themeChoice.value === 'system') localStorage.removeItem(THEME_KEY);
    else localStorage.setItem(THEME_KEY, themeChoice.value);
  } catch {
    // A browser that keeps nothing still shows the chosen theme until the page closes.
  }
}

function readChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}
