/** Chooses a CSV file; dropping one anywhere does the same. */
import type { Page } from './page.ts';

export function OpenFile({ page }: { page: Page }) {
  const chosen = async (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    // The same file may be chosen again after it was mended.
    input.value = '';
    for (const file of files) await page.addFile(file);
  };
  const busy = page.reading.value;
  return (
    <label class="open-file">
      <input
        type="file"
        class="rv-hidden"
        accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
        multiple
        data-testid="csv-input"
        onChange={(event) => void chosen(event.currentTarget)}
      />
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M10 13V3m0 0L6 7m4-4 4 4M3 13v3a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-3" />
      </svg>
      <span class="open-title">{busy ? `Reading ${busy}` : 'Open CSV'}</span>
      <span class="open-hint">or drop it here; it stays on this device</span>
    </label>
  );
}
