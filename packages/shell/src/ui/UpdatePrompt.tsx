/** Asks before a new version takes over, so that no page reloads under a person's hands. */
import { acceptUpdate, postponeUpdate, updateState } from '../update/serviceWorker.ts';
import { Icon } from './Icon.tsx';

export function UpdatePrompt() {
  const state = updateState.value;
  if (state === 'none') return null;
  return (
    <div class="rv-notice" role="status" data-testid="update-prompt">
      <Icon name="info" />
      <p>
        <strong>A new version is ready.</strong>{' '}
        {state === 'taken' ? 'Another tab already uses it.' : 'Everything is saved before the page reloads.'}
      </p>
      <div class="rv-notice-actions">
        <button type="button" class="rv-button primary" onClick={acceptUpdate}>
          Reload
        </button>
        {state === 'waiting' && (
          <button type="button" class="rv-button quiet" onClick={postponeUpdate}>
            Later
          </button>
        )}
      </div>
    </div>
  );
}
