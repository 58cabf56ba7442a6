/** Kernels that write down how long they take. */
import type { KernelProfile } from '../trainTypes.ts';

/** @returns the exports with a clock around each function; what is no function stays as it is */
export function profiled<E extends object>(exports: E, profile: KernelProfile): E {
  const timed = Object.entries(exports).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const entry = { calls: 0, milliseconds: 0 };
    profile.set(name, entry);
    return [
      name,
      (...args: number[]) => {
        const started = performance.now();
        const result = value(...args);
        entry.milliseconds += performance.now() - started;
        entry.calls++;
        return result;
      },
    ];
  });
  return Object.fromEntries(timed) as E;
}
