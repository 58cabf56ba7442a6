/** Reads a kernel binary from beside this package: a file in Node, a fetch on the web, or out of its own address. */
import { RivuletError } from '@rivulet/core';
import { bytesOfBase64 } from './bytesOfBase64.ts';

export async function readBinary(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    if (url.protocol === 'file:') {
      // Asked for at run time: an import, however it is hidden, is one that a bundler for the web may follow.
      const { readFile } = process.getBuiltinModule('node:fs/promises');
      return new Uint8Array(await readFile(url));
    }
    const carried = carriedBy(url);
    if (carried) return carried;
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw unreadable(url, cause);
  }
}

/**
 * The binary that a published bundle has in the address. Not by `fetch`: Node takes 50 ms to load it, and a content
 * security policy may forbid it.
 */
function carriedBy({ protocol, href }: URL): Uint8Array<ArrayBuffer> | undefined {
  const start = protocol === 'data:' ? href.indexOf(BASE64) : -1;
  if (start < 0) return undefined;
  return bytesOfBase64(href.slice(start + BASE64.length));
}

const BASE64 = ';base64,';

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
