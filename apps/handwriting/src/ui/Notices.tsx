/** What stands in the way, each with what still works and a way to try again. */

import { useSignal } from '@preact/signals';
import { ErrorBanner, toast, UpdatePrompt, updateState } from '@rivulet/shell';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Notebook } from './notebook.ts';

export function Notices({ notebook }: { notebook: Notebook }) {
  const model = notebook.model.value;
  const trouble = notebook.store.trouble.value;
  const dismissed = useSignal<unknown>(undefined);
  const shown = useRef<ComponentChildren>(null);
  const latest = (
    <>
      {updateState.value !== 'none' && <UpdatePrompt />}
      {model.kind === 'failed' && (
        <ErrorBanner
          error={model.error}
          consequence="You can go on writing; it is kept and read later."
          onRetry={() => void notebook.loadModel()}
        />
      )}
      {trouble && trouble !== dismissed.value && (
        <ErrorBanner
          error={trouble}
          kind="warning"
          consequence="Writing goes on, but what is new is lost when this page closes. Export it, or make room."
          onRetry={() =>
            void notebook.store.retry().then((kept) => kept && toast('Everything is kept again'))
          }
          onDismiss={() => (dismissed.value = trouble)}
        />
      )}
    </>
  );
  // Paper that moves under the pen spoils the stroke: what comes up meanwhile waits until the pen is lifted.
  if (notebook.inkVersion.value >= 0 && !notebook.liveStroke()) shown.current = latest;
  return <div class="notices">{shown.current}</div>;
}
