/** The browser's offer to install the page, caught as soon as this module loads: it comes only once. */
import { signal } from '@preact/signals';

/** Chromium's event; not in the DOM library because no other engine has it. */
export interface InstallPromptEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

export const installPrompt = signal<InstallPromptEvent | undefined>(undefined);

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  installPrompt.value = event as InstallPromptEvent;
});
addEventListener('appinstalled', () => (installPrompt.value = undefined));

/** Shows the browser's dialog. Must run inside a click. */
export async function install(): Promise<void> {
  const offer = installPrompt.value;
  installPrompt.value = undefined;
  await offer?.prompt();
}
