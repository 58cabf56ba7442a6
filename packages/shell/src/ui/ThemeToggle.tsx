import { theme, toggleTheme } from '../theme/theme.ts';
import { Icon } from './Icon.tsx';

/** Light or dark. */
export function ThemeToggle() {
  const dark = theme.value === 'dark';
  const label = dark ? 'Use the light theme' : 'Use the dark theme';
  return (
    <button
      type="button"
      class="rv-icon-button"
      aria-label={label}
      title={label}
      onClick={toggleTheme}
      data-testid="theme-toggle"
    >
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  );
}
