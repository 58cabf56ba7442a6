/** The bytes of a snapshot: what stands where, and that nothing else passes for one. */
import { RivuletError } from '@rivulet/core';
import { expect, it } from 'vitest';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import type { StreamInfo } from './streamProgram.ts';

const hash = '0123456789abcdef'.repeat(4);
const state = (name: string, size: number) => ({
  name,
  before: 1,
  after: size,
  initial: new Float32Array(size),
});
const info: StreamInfo = { hash, inputs: [], outputs: [], states: [state('h', 2), state('c', 1)] };
const moment = { steps: 2 ** 33 + 5, states: [Float32Array.of(1, -0), Float32Array.of(Math.PI)] };

function failureOf(bytes: Uint8Array, wanted = info): RivuletError {
  try {
    readSnapshot(bytes, wanted);
  } catch (error) {
    if (error instanceof RivuletError) return error;
    throw error;
  }
  return expect.fail('it must fail');
}

it('is little-endian, whatever the machine is', () => {
  const bytes = writeSnapshot(hash, moment);
  expect(bytes.length).toBe(52 + (4 + 8) + (4 + 4) + 4);
  expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe('RVLS');
  expect([...bytes.subarray(4, 12)]).toEqual([1, 0, 0, 0, 0x01, 0x23, 0x45, 0x67]);
  expect([...bytes.subarray(40, 56)]).toEqual([5, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]);
  expect([...bytes.subarray(56, 64)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0x80]);
  expect(readSnapshot(bytes, info)).toEqual(moment);
});

it('is read from the middle of other bytes', () => {
  const bytes = writeSnapshot(hash, moment);
  const wide = new Uint8Array(bytes.length + 6);
  wide.set(bytes, 3);
  expect(readSnapshot(wide.subarray(3, 3 + bytes.length), info)).toEqual(moment);
});

it('is refused torn anywhere, and with any byte changed', () => {
  const bytes = writeSnapshot(hash, moment);
  for (let at = 0; at < bytes.length; at++) {
    expect(failureOf(bytes.slice(0, at)).code, `${at} bytes`).toBe('SNAPSHOT_INVALID');
    const changed = bytes.slice();
    changed[at]! ^= 0x10;
    expect(failureOf(changed).code, `byte ${at} changed`).toBe('SNAPSHOT_INVALID');
  }
});

it('is refused by another model, by other states and by an older version', () => {
  const bytes = writeSnapshot(hash, moment);
  const other = 'f'.repeat(64);
  expect(failureOf(bytes, { ...info, hash: other })).toMatchObject({
    code: 'SNAPSHOT_MODEL',
    details: { expected: other, got: hash },
  });
  expect(failureOf(bytes, { ...info, states: [state('h', 2)] })).toMatchObject({
    code: 'SNAPSHOT_INVALID',
    details: { expected: [2], got: [2, 1] },
  });
  const newer = bytes.slice();
  newer[4] = 2;
  expect(failureOf(newer)).toMatchObject({ code: 'SNAPSHOT_INVALID', details: { format: 2 } });
  expect(failureOf('RVLS' as never).code).toBe('ARGUMENT');
});
