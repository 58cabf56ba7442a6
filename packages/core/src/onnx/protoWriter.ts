/** Writes the protobuf wire format (protobuf.dev/programming-guides/encoding): the part ONNX uses. */

import { RivuletError } from '../errors.ts';
import { encodeUtf8 } from './utf8.ts';

/** Wire types. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

export class ProtoWriter {
  /** Large pieces stay the caller's arrays until the end, so a tensor is copied once however deep it stands. */
  readonly #chunks: Uint8Array[] = [];
  #open: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size + this.#open.length;
  }

  /** A whole number as int64: negative ones take ten bytes; beyond int64 (2^63 from rounding) its nearest end. */
  int(field: number, value: number): this {
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#tag(field, FIXED32);
    this.#open.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  string(field: number, text: string): this {
    return this.bytes(field, encodeUtf8(text));
  }

  bytes(field: number, bytes: Uint8Array): this {
    this.#tag(field, BYTES);
    this.#varint(bytes.length);
    this.#append(bytes);
    return this;
  }

  message(field: number, write: (writer: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    write(inner);
    this.#tag(field, BYTES);
    this.#varint(inner.size);
    inner.#flush();
    for (const chunk of inner.#chunks) this.#append(chunk);
    return this;
  }

  finish(): Uint8Array {
    this.#flush();
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  #varint(value: number): void {
    if (!Number.isInteger(value)) {
      throw new RivuletError('ARGUMENT', `an integer field cannot hold ${value}`, { value });
    }
    if (value >= 0 && value < 2 ** 53) {
      for (; value >= 0x80; value = Math.floor(value / 0x80)) this.#open.push((value % 0x80) | 0x80);
      this.#open.push(value);
      return;
    }
    let bits = BigInt(value);
    if (bits >= 2n ** 63n) bits = 2n ** 63n - 1n;
    if (bits < -(2n ** 63n)) bits = -(2n ** 63n);
    bits = BigInt.asUintN(64, bits);
    for (; bits >= 0x80n; bits >>= 7n) this.#open.push(Number(bits & 0x7fn) | 0x80);
    this.#open.push(Number(bits));
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length < 64) {
      for (const byte of bytes) this.#open.push(byte);
      return;
    }
    this.#flush();
    this.#chunks.push(bytes);
    this.#size += bytes.length;
  }

  #flush(): void {
    if (this.#open.length === 0) return;
    this.#chunks.push(Uint8Array.from(this.#open));
    this.#size += this.#open.length;
    this.#open = [];
  }
}
