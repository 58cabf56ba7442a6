let lastTime = 0;

/** A name no other tab or device gives, and that sorts by the time of its making (even within one millisecond). */
export function strokeId(now = Date.now()): string {
  lastTime = Math.max(now, lastTime + 1);
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!;
  return `${lastTime.toString(36).padStart(9, '0')}-${random.toString(36)}`;
}
