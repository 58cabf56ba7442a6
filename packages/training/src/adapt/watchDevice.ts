/** Looks out, on the page, for what an adaptation should stop for: a tab that nobody sees, a battery that runs low. */
import type { Interruption } from './api.ts';

export interface StopWhen {
  /** The tab is hidden. Default true. */
  readonly hidden?: boolean | undefined;
  /** The battery is below this part and does not charge, where the browser tells. Default 0.2; 0 = never. */
  readonly battery?: number | undefined;
}

/** navigator.getBattery, which only Chromium has. */
interface Battery extends EventTarget {
  readonly level: number;
  readonly charging: boolean;
}

const BATTERY_EVENTS = ['levelchange', 'chargingchange'] as const;

/** @returns ends the watch */
export function watchDevice(
  { hidden = true, battery: least = 0.2 }: StopWhen,
  stop: (reason: Exclude<Interruption, 'abort'>) => void,
): () => void {
  const over = new AbortController();
  const { signal } = over;
  if (hidden && typeof document !== 'undefined') {
    const look = (): void => {
      if (document.visibilityState === 'hidden') stop('hidden');
    };
    document.addEventListener('visibilitychange', look, { signal });
    look();
  }
  if (least > 0) void watchBattery(least, () => stop('battery'), signal);
  return () => over.abort();
}

async function watchBattery(least: number, stop: () => void, signal: AbortSignal): Promise<void> {
  const { getBattery } = (globalThis.navigator ?? {}) as { getBattery?: () => Promise<Battery> };
  // Refused in a frame without permission: then nobody can tell, and nothing stops for it.
  const battery = await getBattery?.call(navigator).catch(() => undefined);
  if (!battery || signal.aborted) return;
  const look = (): void => {
    if (battery.level < least && !battery.charging) stop();
  };
  for (const event of BATTERY_EVENTS) battery.addEventListener(event, look, { signal });
  look();
}
