/** Whether two threads of this runtime can share one. */
export function canShareRings(): boolean {
  const { SharedArrayBuffer: Shared, crossOriginIsolated = true } = globalThis;
  return typeof Shared === 'function' && crossOriginIsolated && 'waitAsync' in Atomics;
}
