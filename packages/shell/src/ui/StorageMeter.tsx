/** What this site keeps on the device, against what the browser allows it. */
import { useEffect, useState } from 'preact/hooks';
import { formatBytes } from '../storage/formatBytes.ts';
import { type StorageEstimate, storageEstimate } from '../storage/storageEstimate.ts';

/** From here on the bar warns. */
const HIGH = 0.8;

export function StorageMeter() {
  const [estimate, setEstimate] = useState<StorageEstimate>();
  useEffect(() => {
    void storageEstimate().then(setEstimate);
  }, []);
  if (!estimate) return null;
  const { usedBytes, quotaBytes, persistent } = estimate;
  const share = Math.min(1, usedBytes / quotaBytes);
  return (
    <div class="rv-meter" data-level={share > HIGH ? 'high' : 'low'} data-testid="storage-meter">
      <span>
        {formatBytes(usedBytes)} of {formatBytes(quotaBytes)} used on this device
        {persistent ? ', protected from clearing' : ''}
      </span>
      <div class="rv-meter-bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
