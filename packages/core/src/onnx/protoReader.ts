/**
 * Reads the protobuf wire format over bytes that may be anything: every length is checked against the end of
 * its message before it is used, every loop step consumes at least one byte.
 */

import { RivuletError } from '../errors.ts';
import { BYTES, FIXED32, FIXED64, VARINT } from './protoWriter.ts';
import { decodeUtf8 } from './utf8.ts';

export class ProtoReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;
  #at: number;
  /** Of the field that `next` stands at. */
  #wire = 0;
  #fieldStart = 0;

  /** Reads bytes `from` ... `end` - 1; `view` is one over the same bytes. */
  constructor(bytes: Uint8Array, from = 0, end = bytes.length, view = viewOf(bytes)) {
    this.#bytes = bytes;
    this.#view = view;
    this.#start = from;
    this.#at = from;
    this.#fieldStart = from;
    this.#end = end;
  }

  /** Where in the file the current field begins. */
  get offset(): number {
    return this.#fieldStart;
  }

  /** Where in the file the next byte is read. */
  get position(): number {
    return this.#at;
  }

  /** All bytes of this message; a view. */
  get whole(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Number of the next field, 0 at the end of the message. Every field must then be read or skipped. */
  next(): number {
    if (this.#at >= this.#end) return 0;
    this.#fieldStart = this.#at;
    const tag = this.#varint32();
    this.#wire = tag & 7;
    const field = tag >>> 3;
    if (field === 0) throw this.error('field number 0');
    return field;
  }

  skip(): void {
    if (this.#wire === VARINT) this.#varint64(ignore);
    else if (this.#wire === FIXED64) this.#take(8);
    else if (this.#wire === FIXED32) this.#take(4);
    else if (this.#wire === BYTES) this.#take(this.#varint32());
    else throw this.error(`wire type ${this.#wire}`);
  }

  /** An int64 as a number, rounded beyond 2^53. */
  int(): number {
    this.#expect(VARINT);
    return this.#int64();
  }

  float(): number {
    this.#expect(FIXED32);
    return this.#view.getFloat32(this.#take(4), true);
  }

  string(): string {
    return decodeUtf8(this.bytes());
  }

  /** A view, no copy. */
  bytes(): Uint8Array {
    this.#expect(BYTES);
    const length = this.#varint32();
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  message(): ProtoReader {
    this.#expect(BYTES);
    const length = this.#varint32();
    const from = this.#take(length);
    return new ProtoReader(this.#bytes, from, from + length, this.#view);
  }

  /** A repeated integer field, packed or one element of it: calls `add` with the low and high 32 bits. */
  int64s(add: (low: number, high: number) => void): void {
    if (this.#wire === VARINT) {
      this.#varint64(add);
      return;
    }
    const packed = this.message();
    while (packed.#at < packed.#end) packed.#varint64(add);
  }

  ints(into: number[]): void {
    this.int64s((low, high) => into.push(high * 2 ** 32 + low));
  }

  /** A repeated float field, packed or one element of it. */
  floats(into: number[]): void {
    if (this.#wire === FIXED32) {
      into.push(this.float());
      return;
    }
    const packed = this.message();
    while (packed.#at < packed.#end) into.push(packed.#view.getFloat32(packed.#take(4), true));
  }

  doubles(into: number[]): void {
    if (this.#wire === FIXED64) {
      into.push(this.#view.getFloat64(this.#take(8), true));
      return;
    }
    const packed = this.message();
    while (packed.#at < packed.#end) into.push(packed.#view.getFloat64(packed.#take(8), true));
  }

  error(what: string): RivuletError {
    return new RivuletError('ONNX_PARSE', `not an ONNX file: ${what} at byte ${this.#fieldStart}`, {
      offset: this.#fieldStart,
      what,
    });
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw this.error(`wire type ${this.#wire} where ${wire} belongs`);
  }

  /** Steps over `length` bytes and returns where they begin. */
  #take(length: number): number {
    if (length > this.#end - this.#at) {
      throw this.error(`${length} bytes announced, ${this.#end - this.#at} left`);
    }
    const from = this.#at;
    this.#at += length;
    return from;
  }

  /** A tag or a length: at most 32 bits. */
  #varint32(): number {
    const single = this.#single();
    if (single >= 0) return single;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1)]!;
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.error('a length or tag beyond 32 bits');
  }

  #int64(): number {
    let value = 0;
    this.#varint64((low, high) => {
      value = high * 2 ** 32 + low;
    });
    return value;
  }

  /** Nearly every number of a file is one byte. -1, and nothing read, for one that is not. */
  #single(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at]! : 0x80;
    if (byte >= 0x80) return -1;
    this.#at++;
    return byte;
  }

  /** Low 32 bits unsigned, high 32 bits signed. */
  #varint64(use: (low: number, high: number) => void): void {
    const single = this.#single();
    if (single >= 0) {
      use(single, 0);
      return;
    }
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#take(1)]!;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >> 4;
      } else if (i < 9) high |= bits << (7 * i - 32);
      else high |= bits << 31;
      if (byte < 0x80) {
        use(low >>> 0, high | 0);
        return;
      }
    }
    throw this.error('an integer of more than ten bytes');
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function ignore(): void {}
