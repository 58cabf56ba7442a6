import { sha256 } from '@rivulet/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delta, roundDelta } from './delta.ts';
import { readDelta, writeDelta } from './deltaFile.ts';

const model = 'ab'.repeat(32);
const factors: Delta = {
  ...{ method: 'lowRank', layers: 1, rank: 2, precision: 'float16' },
  parts: [{ parameter: 'a.W', a: Float32Array.of(0.1, -2, 3e-6, 4), b: Float32Array.of(1 / 3, 0) }],
};
const sums: Delta = {
  ...{ method: 'last', layers: 2, rank: 0, precision: 'float32' },
  parts: [
    { parameter: 'a.W', sum: Float32Array.of(1 / 3, -1e-20) },
    { parameter: 'a.B', sum: Float32Array.of(7) },
  ],
};

/** A file whose checksum is right, whatever stands in it. */
async function sealed(header: unknown, numbers: Uint8Array): Promise<Uint8Array> {
  const head = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const body = new Uint8Array([
    ...new TextEncoder().encode('RVDELT01'),
    ...new Uint8Array(4),
    ...head,
    ...numbers,
  ]);
  new DataView(body.buffer).setUint32(8, head.length, true);
  return new Uint8Array([...body, ...Buffer.from(await sha256(body), 'hex')]);
}

describe('the file of a delta', () => {
  it.each([factors, sums])('gives back what it was told to hold: %#', async (delta) => {
    expect(await readDelta(await writeDelta(delta, model), model)).toEqual(roundDelta(delta));
  });

  it('says that it is of another model', async () => {
    const bytes = await writeDelta(factors, model);
    await expect(readDelta(bytes, 'cd'.repeat(32))).rejects.toMatchObject({
      code: 'DELTA_MODEL',
      details: { expected: 'cd'.repeat(32), got: model },
    });
  });

  it('is refused torn at any byte, and with any byte changed', async () => {
    const bytes = await writeDelta(factors, model);
    for (let length = 0; length < bytes.length; length++) {
      await expect(readDelta(bytes.slice(0, length), model)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
    }
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << (at % 8);
      await expect(readDelta(changed, model)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
    }
  });

  it('is refused with a code when its checksum is right and it still makes no sense', async () => {
    const kind = { method: 'lowRank', layers: 1, rank: 1, precision: 'float32' };
    const good = { model, ...kind };
    const part = { parameter: 'a.W', a: 1, b: 1 };
    const infinite = new Uint8Array(new Float32Array([1, Number.NaN]).buffer);
    const cases: [header: unknown, numbers: Uint8Array][] = [
      ['{', new Uint8Array(0)],
      [{}, new Uint8Array(0)],
      [{ ...good, parts: [part] }, new Uint8Array(4)],
      [{ ...good, parts: [part] }, new Uint8Array(12)],
      [{ ...good, parts: [part] }, infinite],
      [{ ...good, parts: [{ ...part, a: 2 ** 50 }] }, new Uint8Array(8)],
      [{ ...good, parts: [{ parameter: 'a.W', sum: 2 }] }, new Uint8Array(8)],
      [{ ...good, rank: 0, parts: [part] }, new Uint8Array(8)],
      [{ ...good, method: 'all', rank: 0, parts: [part] }, new Uint8Array(8)],
      [{ ...good, parts: [part], more: 1 }, new Uint8Array(8)],
    ];
    for (const [header, numbers] of cases) {
      await expect(
        readDelta(await sealed(header, numbers), model),
        JSON.stringify(header),
      ).rejects.toMatchObject({
        code: 'DELTA_INVALID',
      });
    }
    expect(await readDelta(await sealed({ ...good, parts: [part] }, new Uint8Array(8)), model)).toMatchObject(
      kind,
    );
  });

  it('is refused when it is any other bytes', async () => {
    const any = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await expect(readDelta(bytes, model)).rejects.toMatchObject({ code: 'DELTA_INVALID' });
    });
    await fc.assert(any, { numRuns: 200 });
    const json = fc.asyncProperty(fc.jsonValue(), async (header) => {
      await expect(readDelta(await sealed(header, new Uint8Array(8)), model)).rejects.toMatchObject({
        code: 'DELTA_INVALID',
      });
    });
    await fc.assert(json, { numRuns: 200 });
  });
});
