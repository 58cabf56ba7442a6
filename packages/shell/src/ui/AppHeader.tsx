/** Brand, the way to the other app and to the front page, and on the right what the app itself can do. */
import type { ComponentChildren } from 'preact';
import { InstallButton } from './InstallButton.tsx';
import { OfflineIndicator } from './OfflineIndicator.tsx';
import { ThemeToggle } from './ThemeToggle.tsx';
import { visit } from './visit.ts';

const APPS = [
  { id: 'handwriting', name: 'Handwriting' },
  { id: 'forecast', name: 'Forecast' },
] as const;

export interface AppHeaderProps {
  /** The app this page is. The sites lie beside each other, so the addresses hold wherever they are served. */
  readonly app: (typeof APPS)[number]['id'];
  /** The app's own buttons, left of the shared ones. */
  readonly children?: ComponentChildren;
}

export function AppHeader({ app, children }: AppHeaderProps) {
  return (
    <header class="rv-header">
      <a class="rv-brand" href="../" aria-label="Rivulet, front page" onClick={visit}>
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <rect width="64" height="64" rx="15" fill="#0f6f78" />
          <g fill="none" stroke-width="5" stroke-linecap="round">
            <path d="M10 25c8-9 14-9 22 0s14 9 22 0" stroke="#fff" />
            <path d="M10 41c8-9 14-9 22 0s14 9 22 0" stroke="#9fe3df" />
          </g>
        </svg>
        <span>Rivulet</span>
      </a>
      <nav class="rv-nav" aria-label="Apps">
        {APPS.map(({ id, name }) => (
          <a
            key={id}
            href={id === app ? './' : `../${id}/`}
            aria-current={id === app ? 'page' : undefined}
            onClick={visit}
          >
            {name}
          </a>
        ))}
      </nav>
      <div class="rv-actions">
        <OfflineIndicator />
        {children}
        <InstallButton />
        <ThemeToggle />
      </div>
    </header>
  );
}
