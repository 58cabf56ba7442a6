/** Says that the network is gone. Nothing here needs it, so it informs and does not alarm. */
import { signal } from '@preact/signals';
import { Icon } from './Icon.tsx';

const online = signal(navigator.onLine);
addEventListener('online', () => (online.value = true));
addEventListener('offline', () => (online.value = false));

export function OfflineIndicator() {
  return (
    <div role="status">
      {!online.value && (
        <div class="rv-offline" title="No network: everything here works without one" data-testid="offline">
          <Icon name="offline" />
          <span>Offline</span>
        </div>
      )}
    </div>
  );
}
