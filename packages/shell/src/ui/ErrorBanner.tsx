/** A failure in a sentence, with a way to try again where that can help and a way to put it aside. */
import { explainError } from '../errors/explainError.ts';
import { Icon } from './Icon.tsx';

export interface ErrorBannerProps {
  /** Anything that was thrown; a RivuletError's code chooses the sentence. */
  readonly error: unknown;
  /** What goes on in spite of it. */
  readonly consequence?: string | undefined;
  readonly kind?: 'error' | 'warning';
  readonly onRetry?: (() => void) | undefined;
  readonly onDismiss?: (() => void) | undefined;
}

export function ErrorBanner({ error, consequence, kind = 'error', onRetry, onDismiss }: ErrorBannerProps) {
  const { code, sentence, retry } = explainError(error);
  return (
    <div class={`rv-notice ${kind}`} role="alert" data-testid="error-banner" data-code={code}>
      <Icon name="alert" />
      <p>
        <strong>{sentence}</strong> {consequence}
      </p>
      <div class="rv-notice-actions">
        {retry && onRetry && (
          <button type="button" class="rv-button" onClick={onRetry}>
            Try again
          </button>
        )}
        {onDismiss && (
          <button type="button" class="rv-icon-button" aria-label="Dismiss this message" onClick={onDismiss}>
            <Icon name="close" />
          </button>
        )}
      </div>
    </div>
  );
}
