/** Compiles a kernel binary: on the web while it arrives, where the server calls it what it is. */
import { readBinary, unreadable } from './readBinary.ts';

/**
 * @throws ENGINE_UNAVAILABLE for a binary that cannot be read, WebAssembly.CompileError for one that is none or that
 *   a content security policy forbids
 */
export async function compileBinary(url: URL): Promise<WebAssembly.Module> {
  // What is no answer of a server has no type, and does not arrive bit by bit.
  if (!/^https?:$/.test(url.protocol)) return WebAssembly.compile(await readBinary(url));
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    // Any other type is refused, to the letter; many a small server knows no .wasm.
    const streams = response.headers.get('content-type') === 'application/wasm';
    return await (streams
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer()));
  } catch (cause) {
    throw cause instanceof WebAssembly.CompileError ? cause : unreadable(url, cause);
  }
}
