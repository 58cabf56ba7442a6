/** Milliseconds since 1970 with their fractions; unlike `performance.now`, the same in all threads of a process. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}
