/** Whose data is shown, as its licence asks, and the keys that work here. */
import { StorageMeter } from '@rivulet/shell';
import type { Sensor } from '../state/sensor.ts';

export function Credits({ sensor }: { sensor: Sensor }) {
  return (
    <footer class="credits">
      {sensor.credit && (
        <p>
          Data: {sensor.credit.attribution} Licence {sensor.credit.licence}.
        </p>
      )}
      <p class="keys">
        <kbd>Space</kbd> plays and pauses, <kbd>←</kbd> <kbd>→</kbd> step, with <kbd>Shift</kbd> by ten,{' '}
        <kbd>Page Up</kbd> <kbd>Page Down</kbd> leap a horizon, <kbd>Home</kbd> <kbd>End</kbd> go to the ends.
      </p>
      <StorageMeter />
    </footer>
  );
}
