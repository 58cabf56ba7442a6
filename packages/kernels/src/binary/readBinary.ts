/** Reads a kernel binary from beside this package: a file in Node, a fetch on the web, or out of its own address. */
import { RivuletError } from '@rivulet/core';

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
  const text = atob(href.slice(start + BASE64.length));
  // A loop that runs once is interpreted, 1 ms in a thread that starts. Buffer's own base64 refuses nothing.
  if (globalThis.Buffer) return Buffer.from(text, 'latin1');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
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
