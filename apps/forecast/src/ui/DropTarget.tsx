/** While a file is dragged over the page, says that it may be dropped. */
import { useEffect, useState } from 'preact/hooks';
import type { Page } from '../state/page.ts';

export function DropTarget({ page }: { page: Page }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    // dragenter and dragleave also fire between children: count them.
    let depth = 0;
    const has = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    addEventListener('dragenter', (event) => has(event) && setOver(++depth > 0), { signal });
    addEventListener('dragleave', (event) => has(event) && setOver(--depth > 0), { signal });
    addEventListener('dragover', (event) => has(event) && event.preventDefault(), { signal });
    addEventListener(
      'drop',
      (event) => {
        if (!has(event)) return;
        event.preventDefault();
        depth = 0;
        setOver(false);
        void (async () => {
          for (const file of [...(event.dataTransfer?.files ?? [])]) await page.addFile(file);
        })();
      },
      { signal },
    );
    return () => stop.abort();
  }, [page]);
  return over ? (
    <div class="drop" aria-hidden="true">
      <p>Drop the CSV to forecast it</p>
    </div>
  ) : null;
}
