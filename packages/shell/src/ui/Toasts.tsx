import { toasts } from '../toast/toast.ts';

/** Where toasts appear. Stands once in a page, always, so that screen readers know the region. */
export function Toasts() {
  return (
    <div class="rv-toasts" role="status" aria-live="polite" data-testid="toasts">
      {toasts.value.map(({ id, text, action }) => (
        <div class="rv-toast" key={id}>
          <p>{text}</p>
          {action && (
            <button
              type="button"
              onClick={() => {
                toasts.value = toasts.value.filter((shown) => shown.id !== id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
