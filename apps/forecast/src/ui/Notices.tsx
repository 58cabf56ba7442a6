/** What went wrong or was left out, each until it is put away; the model's failure with a way to try again. */
import type { Page } from './page.ts';

export function Notices({ page }: { page: Page }) {
  const model = page.model.value;
  return (
    <div class="notices" aria-live="polite">
      {model.kind === 'failed' && (
        <div class="notice error" role="alert" data-testid="model-error">
          <p>
            <strong>No forecasts:</strong> {model.message} The values go on without them.
          </p>
          <button type="button" onClick={() => void page.loadModel()}>
            Try again
          </button>
        </div>
      )}
      {page.notices.value.map(({ id, kind, text }) => (
        <div
          key={id}
          class={`notice ${kind}`}
          role={kind === 'error' ? 'alert' : 'status'}
          {...(kind === 'error' ? { 'data-testid': 'error-banner' } : {})}
        >
          <p>{text}</p>
          <button type="button" aria-label="Dismiss this message" onClick={() => page.dismiss(id)}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4 4 8 8m0-8-8 8" />
            </svg>
          </button>
        </div>
      ))}
    </div>
  );
}
