/** Chooses a CSV file; dropping one anywhere does the same. */
import { Icon } from '@rivulet/shell';
import type { Page } from '../state/page.ts';

/** In the header it is always within reach; the card below the sensors is a target to aim at. */
export function OpenFile({ page, place }: { page: Page; place: 'header' | 'card' }) {
  const chosen = async (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    // The same file may be chosen again after it was mended.
    input.value = '';
    for (const file of files) await page.addFile(file);
  };
  const busy = page.reading.value;
  return (
    <label class={place === 'header' ? 'rv-button open-header' : 'open-card'}>
      <input
        type="file"
        aria-label="Open CSV"
        class="rv-hidden"
        accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
        multiple
        {...(place === 'header' ? { 'data-testid': 'csv-input' } : {})}
        onChange={(event) => void chosen(event.currentTarget)}
      />
      <Icon name="upload" />
      <span class="open-title">{busy && place === 'card' ? `Reading ${busy}` : 'Open CSV'}</span>
      {place === 'card' && <span class="open-hint">or drop it here; it stays on this device</span>}
    </label>
  );
}
