/** Reads a kernel binary from beside this package: a file in Node, a fetch on the web. */
import { RivuletError } from '@rivulet/core';

export async function readBinary(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (url.protocol === 'file:') {
      // A bundler for the web must not follow this import; it is only reached where files have URLs.
      const module = 'node:fs/promises';
      const { readFile } = (await import(/* @vite-ignore */ module)) as typeof import('node:fs/promises');
      return new Uint8Array(await readFile(url));
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new RivuletError(
      'ENGINE_UNAVAILABLE',
      `kernel binary ${url.href} could not be read; "npm run build" makes it`,
      { url: url.href },
      cause,
    );
  }
}
