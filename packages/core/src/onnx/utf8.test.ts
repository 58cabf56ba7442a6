import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** The platform's own, which the tests may use where the package may not. */
const platform = globalThis as unknown as {
  TextDecoder: new (label: string, options: object) => { decode(bytes: Uint8Array): string };
  TextEncoder: new () => { encode(text: string): Uint8Array };
};

describe('utf8', () => {
  const decoder = new platform.TextDecoder('utf-8', { ignoreBOM: true });

  it('decodes any bytes as the platform does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
      }),
      { numRuns: 2000 },
    );
    // Chance rarely hits the borders: every lead byte with second bytes around each of them.
    for (let lead = 0; lead < 256; lead++) {
      for (const second of [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]) {
        const bytes = Uint8Array.of(lead, second, 0x80, 0xbf, 0x41);
        for (let length = 1; length <= 5; length++) {
          const part = bytes.subarray(0, length);
          expect(decodeUtf8(part)).toBe(decoder.decode(part));
        }
      }
    }
  });

  it('encodes any text as the platform does', () => {
    const encoder = new platform.TextEncoder();
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 8 }), (codes) => {
        const text = String.fromCodePoint(...codes);
        expect([...encodeUtf8(text)]).toEqual([...encoder.encode(text)]);
      }),
    );
    expect([...encodeUtf8('a\ud800b')]).toEqual([...encoder.encode('a\ud800b')]);
  });
});
