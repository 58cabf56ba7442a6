/** What went wrong or was left out, each until it is put away; the model's failure with a way to try again. */
import { ErrorBanner, Icon, UpdatePrompt } from '@rivulet/shell';
import type { Page } from '../state/page.ts';

export function Notices({ page }: { page: Page }) {
  const model = page.model.value;
  return (
    <div class="notices">
      <UpdatePrompt />
      {model.kind === 'failed' && (
        <ErrorBanner
          error={model.error}
          consequence="The values go on without forecasts."
          onRetry={() => void page.loadModel()}
        />
      )}
      {page.notices.list.value.map(({ id, kind, text }) => (
        <div
          key={id}
          class={`rv-notice ${kind}`}
          role={kind === 'error' ? 'alert' : 'status'}
          data-testid={kind === 'error' ? 'error-banner' : 'notice'}
        >
          <Icon name={kind === 'error' ? 'alert' : 'info'} />
          <p>{text}</p>
          <button
            type="button"
            class="rv-icon-button"
            aria-label="Dismiss this message"
            onClick={() => page.notices.dismiss(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
