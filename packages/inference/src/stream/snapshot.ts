/**
 * A stream's state as bytes, the same wherever it is written, all numbers little-endian:
 *
 *     0  'RVLS'                       magic
 *     4  u16 format (1), u16 zero
 *     8  32 bytes                     SHA-256 of the model's file
 *    40  u64                          steps pushed so far
 *    48  u32                          number of states
 *        per state: u32 floats, then the float32 numbers
 *        u32 CRC-32 (ISO-HDLC) of all before it
 */
import { RivuletError, shown } from '@rivulet/core';
import type { StreamInfo } from './streamProgram.ts';

const MAGIC = 0x534c5652;
const FORMAT = 1;
const HEAD = 52;

export interface StreamMoment {
  /** Steps pushed so far. */
  readonly steps: number;
  /** One sequence's, in the order of `StreamInfo.states`. */
  readonly states: readonly Float32Array[];
}

export function writeSnapshot(hash: string, { steps, states }: StreamMoment): Uint8Array<ArrayBuffer> {
  const size = HEAD + states.reduce((sum, state) => sum + 4 + state.length * 4, 0) + 4;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, FORMAT, true);
  for (let i = 0; i < 32; i++) bytes[8 + i] = Number.parseInt(hash.slice(i * 2, i * 2 + 2), 16);
  view.setBigUint64(40, BigInt(steps), true);
  view.setUint32(48, states.length, true);
  let at = HEAD;
  for (const state of states) {
    view.setUint32(at, state.length, true);
    at += 4;
    for (const value of state) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/**
 * @throws SNAPSHOT_INVALID { why } for what is no snapshot, a torn one, or one of a newer format;
 *   SNAPSHOT_MODEL { expected, got } for another model's; ARGUMENT for what are no bytes
 */
export function readSnapshot(bytes: Uint8Array, { hash, states }: StreamInfo): StreamMoment {
  if (!ArrayBuffer.isView(bytes) || bytes[Symbol.toStringTag] !== 'Uint8Array') {
    const got = shown(bytes);
    throw new RivuletError('ARGUMENT', `a snapshot is a Uint8Array, got ${got}`, { got });
  }
  // Of memory that was given to another thread nothing is left, and it has no view.
  const view = bytes.length < 4 ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view?.getUint32(0, true) !== MAGIC) {
    throw invalid('it does not begin as one', { bytes: bytes.length });
  }
  const format = bytes.length < 6 ? 0 : view.getUint16(4, true);
  if (format > FORMAT) throw invalid(`its format is ${format}, this version reads ${FORMAT}`, { format });
  const end = bytes.length - 4;
  if (end < HEAD || view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) {
    throw invalid('it is torn or was changed', { bytes: bytes.length });
  }
  const got = Array.from(bytes.subarray(8, 40), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (got !== hash) {
    throw new RivuletError('SNAPSHOT_MODEL', 'this snapshot is of another model', { expected: hash, got });
  }
  const count = view.getUint32(48, true);
  const moment = { steps: Number(view.getBigUint64(40, true)), states: [] as Float32Array[] };
  let at = HEAD;
  for (let s = 0; s < count && at < end; s++) {
    const length = view.getUint32(at, true);
    at += 4;
    if (length > (end - at) / 4) break;
    const start = at;
    moment.states.push(Float32Array.from({ length }, (_, i) => view.getFloat32(start + i * 4, true)));
    at += length * 4;
  }
  const expected = states.map(({ before, after }) => before * after);
  const lengths = moment.states.map(({ length }) => length);
  if (at !== end || String(lengths) !== String(expected)) {
    throw invalid(`its states are [${lengths}], the stream's [${expected}]`, { expected, got: lengths });
  }
  return moment;
}

function invalid(why: string, details: Record<string, unknown>): RivuletError {
  return new RivuletError('SNAPSHOT_INVALID', `this is no snapshot of a stream: ${why}`, { why, ...details });
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
