import { install, installPrompt } from '../install/installPrompt.ts';
import { Icon } from './Icon.tsx';

/** Shown only while the browser offers to install the page. */
export function InstallButton() {
  if (!installPrompt.value) return null;
  return (
    <button
      type="button"
      class="rv-button rv-install"
      aria-label="Install this app"
      onClick={() => void install()}
      data-testid="install"
    >
      <Icon name="install" />
      <span>Install</span>
    </button>
  );
}
