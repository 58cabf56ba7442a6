/**
 * UTF-8 both ways. TextEncoder is the platform's, not the language's, and this package asks for the language
 * alone; the strings here are names of nodes.
 */

const SHORT = 1024;

/** Malformed bytes and halves of surrogate pairs become U+FFFD, as in the WHATWG decoder. */
export function decodeUtf8(bytes: Uint8Array): string {
  // Names are short, and of one byte a letter: a fresh engine takes longer for a loop, and for a spread, than for one call.
  if (bytes.length < SHORT) {
    const letters: string = Reflect.apply(String.fromCharCode, null, bytes);
    if (!/[\x80-\xff]/.test(letters)) return letters;
  }
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at++]!;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const more =
      first >= 0xc2 && first <= 0xdf
        ? 1
        : (first & 0xf0) === 0xe0
          ? 2
          : first >= 0xf0 && first <= 0xf4
            ? 3
            : 0;
    let code = more === 0 ? 0xfffd : first & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const byte = bytes[at];
      // The second byte decides whether the sequence is overlong, a surrogate, or beyond U+10FFFF.
      const low = i > 0 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
      const high = i > 0 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
      if (byte === undefined || byte < low || byte > high) {
        code = 0xfffd;
        break;
      }
      code = (code << 6) | (byte & 0x3f);
      at++;
    }
    text += String.fromCodePoint(code);
  }
  return text;
}

/** Halves of surrogate pairs become U+FFFD, as in the WHATWG encoder. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
    }
  }
  return Uint8Array.from(bytes);
}
