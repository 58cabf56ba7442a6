/** Browsers since 2025 do it themselves. */
const native: Uint8ArrayConstructor & { fromBase64?(text: string): Uint8Array<ArrayBuffer> } = Uint8Array;

/** Bytes out of their base64. @throws DOMException or SyntaxError for what is none */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  // A loop that runs once is interpreted, 1 ms in a thread that starts.
  if (native.fromBase64) return native.fromBase64(text);
  const characters = atob(text);
  // Buffer's own base64 refuses nothing.
  if (globalThis.Buffer) return Buffer.from(characters, 'latin1');
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
