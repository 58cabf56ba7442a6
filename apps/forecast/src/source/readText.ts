/** A file's bytes to text, by its byte order mark, else UTF-8, else the Windows code page old loggers write. */
import { RivuletError } from '@rivulet/core';

const MAX_BYTES = 64 * 1024 * 1024;

export function readText(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** @throws RivuletError DATA_INVALID where the file is too large for a page to hold. */
export function checkSize(name: string, bytes: number): void {
  if (bytes <= MAX_BYTES) return;
  throw new RivuletError(
    'DATA_INVALID',
    `${name} has ${Math.round(bytes / 1e6)} MB; this page takes up to ${Math.round(MAX_BYTES / 1e6)} MB.`,
    { name, bytes },
  );
}
