/** What a page of Chromium and its workers hold, by the developer tools' protocol. */
import type { Page } from '@playwright/test';

/** One call of the protocol; what its answers hold is named where it is used. */
type Ask = (method: string, params?: object) => Promise<never>;

const BYTES_OF_ALL = 'function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0); }';

/** Before the page opens: @returns bytes of JavaScript objects, typed arrays and WebAssembly's memories of all of them */
export async function targetsHeldBytes(tab: Page): Promise<() => Promise<number>> {
  const session = await tab.context().newCDPSession(tab);
  const workers = new Set<string>();
  const waiting = new Map<number, (result: never) => void>();
  let calls = 0;
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.add(sessionId));
  session.on('Target.detachedFromTarget', ({ sessionId }) => workers.delete(sessionId));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result as never);
    waiting.delete(id);
  });
  // Workers by messages inside messages: Playwright keeps the flat way to itself.
  await session.send('Target.setAutoAttach', {
    ...{ autoAttach: true, waitForDebuggerOnStart: false, flatten: false },
  });
  const ofPage: Ask = (method, params) => session.send(method as never, params as never) as Promise<never>;
  const ofWorker =
    (sessionId: string): Ask =>
    (method, params) =>
      new Promise((resolve) => {
        const id = ++calls;
        waiting.set(id, resolve);
        const message = JSON.stringify({ id, method, params });
        void session.send('Target.sendMessageToTarget', { sessionId, message });
      });
  return async () => {
    let held = 0;
    for (const ask of [ofPage, ...Array.from(workers, ofWorker)]) held += await heldBy(ask);
    return held;
  };
}

async function heldBy(ask: Ask): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await ask('HeapProfiler.collectGarbage');
    // Together longer than a file's bytes are held for their hash.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // Its own figures leave out the memories of WebAssembly.
  const group = { objectGroup: 'memories' };
  const asked = { expression: 'WebAssembly.Memory.prototype', ...group };
  const { result }: { result: { objectId: string } } = await ask('Runtime.evaluate', asked);
  const found = { prototypeObjectId: result.objectId, ...group };
  const { objects }: { objects: { objectId: string } } = await ask('Runtime.queryObjects', found);
  const summed = { objectId: objects.objectId, functionDeclaration: BYTES_OF_ALL, returnByValue: true };
  const memories: { result: { value: number } } = await ask('Runtime.callFunctionOn', summed);
  await ask('Runtime.releaseObjectGroup', group);
  const usage: { usedSize: number; backingStorageSize: number } = await ask('Runtime.getHeapUsage');
  return usage.usedSize + usage.backingStorageSize + memories.result.value;
}
