/** Reads a kernel binary from beside this package: a file in Node, a fetch on the web. */
import { RivuletError } from '@rivulet/core';

export async function readBinary(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (url.protocol === 'file:') {
      // Asked for at run time: an import, however it is hidden, is one that a bundler for the web may follow.
      const { readFile } = process.getBuiltinModule('node:fs/promises');
      return new Uint8Array(await readFile(url));
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw unreadable(url, cause);
  }
}

export function unreadable(url: URL, cause: unknown): RivuletError {
  // A published bundle may carry the binary in the address.
  const name = url.href.slice(0, 200);
  return new RivuletError(
    'ENGINE_UNAVAILABLE',
    `kernel binary ${name} could not be read (in a checkout, "npm run build" makes it): ${cause}`,
    { url: name },
    cause,
  );
}
