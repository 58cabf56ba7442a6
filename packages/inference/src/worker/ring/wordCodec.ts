/**
 * Plain data as 32-bit words, for frames of a ring: what structured clone would copy of numbers, strings, lists,
 * plain objects and the typed arrays of tensors. float32 samples are copied as they are.
 */
import { Names } from './names.ts';

/** What a value begins with. */
const TAGS = {
  ...{
    undefined: 0,
    null: 1,
    false: 2,
    true: 3,
    number: 4,
    string: 5,
    name: 6,
    list: 7,
    object: 8,
    float32: 9,
  },
} as const;
/** Typed arrays beside float32, by their tag from 10 on; their bytes are padded to words. */
const ARRAYS = [Int32Array, BigInt64Array, Float64Array, Uint8Array] as const;
const FIRST_ARRAY = 10;
/** What lies deeper is a circle, or something that no ring was made for. */
const MAX_DEPTH = 12;

/** Below, a loop is faster than the call of `set`. */
const FEW = 32;

/** Made once: it says nothing but no, and where it was thrown costs more to find than a small call. */
const unfit = new Error('no frame carries this');

abstract class Words {
  /** The frame, at its beginning. */
  readonly words: Int32Array;
  protected readonly floats: Float32Array;
  protected readonly bytes: Uint8Array;
  protected readonly double = new Float64Array(1);
  protected readonly doubleWords = new Int32Array(this.double.buffer);
  protected readonly names = new Names();
  protected at = 0;

  /** @param size words of the longest frame */
  constructor(size: number) {
    this.words = new Int32Array(size);
    this.floats = new Float32Array(this.words.buffer);
    this.bytes = new Uint8Array(this.words.buffer);
  }
}

export class WordWriter extends Words {
  /** @returns words of the frame; -1 for values that no frame can carry, or only a longer one */
  write(...values: readonly unknown[]): number {
    const known = this.names.list.length;
    this.at = 0;
    try {
      for (const value of values) this.#value(value, 0);
      return this.at;
    } catch {
      // A value's own getter may throw as well: as a message it is refused for that, with a code.
      this.names.cut(known);
      return -1;
    }
  }

  #word(word: number): void {
    if (this.at === this.words.length) throw unfit;
    this.words[this.at++] = word;
  }

  #value(value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw unfit;
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#string(value);
    else if (value === undefined) this.#word(TAGS.undefined);
    else if (value === null) this.#word(TAGS.null);
    else if (typeof value === 'boolean') this.#word(value ? TAGS.true : TAGS.false);
    else if (typeof value !== 'object') throw unfit;
    else if (ArrayBuffer.isView(value)) this.#array(value);
    else if (Array.isArray(value)) this.#list(value, depth);
    else this.#object(value as Record<string, unknown>, depth);
  }

  #number(value: number): void {
    this.double[0] = value;
    this.#word(TAGS.number);
    this.#word(this.doubleWords[0]!);
    this.#word(this.doubleWords[1]!);
  }

  #string(value: string): void {
    const number = this.names.numberOf(value);
    if (number !== undefined) {
      this.#word(TAGS.name);
      this.#word(number);
      return;
    }
    this.#word(TAGS.string);
    this.#word(value.length);
    for (let i = 0; i < value.length; i++) this.#word(value.charCodeAt(i));
    this.names.add(value);
  }

  #list(list: readonly unknown[], depth: number): void {
    this.#word(TAGS.list);
    this.#word(list.length);
    for (let i = 0; i < list.length; i++) this.#value(list[i], depth + 1);
  }

  #object(object: Readonly<Record<string, unknown>>, depth: number): void {
    const prototype = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) throw unfit;
    const keys = Object.keys(object);
    this.#word(TAGS.object);
    this.#word(keys.length);
    for (const key of keys) {
      // The reader's assignment would set the prototype.
      if (key === '__proto__') throw unfit;
      this.#string(key);
      this.#value(object[key], depth + 1);
    }
  }

  #array(array: ArrayBufferView): void {
    if (array instanceof Float32Array) {
      const { length } = array;
      this.#word(TAGS.float32);
      this.#word(length);
      this.#reserve(length);
      if (length > FEW) this.floats.set(array, this.at);
      else for (let i = 0; i < length; i++) this.floats[this.at + i] = array[i]!;
      this.at += length;
      return;
    }
    const kind = ARRAYS.indexOf(array.constructor as (typeof ARRAYS)[number]);
    if (kind < 0) throw unfit;
    this.#word(FIRST_ARRAY + kind);
    this.#word(array.byteLength);
    const words = (array.byteLength + 3) >> 2;
    this.#reserve(words);
    this.bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), 4 * this.at);
    this.at += words;
  }

  #reserve(words: number): void {
    if (this.at + words > this.words.length) throw unfit;
  }
}

export class WordReader extends Words {
  /** Back to the beginning of a frame that was read into `words`. */
  begin(): void {
    this.at = 0;
  }

  /** The next value. */
  value(): unknown {
    const tag = this.words[this.at++]!;
    switch (tag) {
      case TAGS.undefined:
        return undefined;
      case TAGS.null:
        return null;
      case TAGS.false:
        return false;
      case TAGS.true:
        return true;
      case TAGS.number:
        this.doubleWords[0] = this.words[this.at++]!;
        this.doubleWords[1] = this.words[this.at++]!;
        return this.double[0];
      case TAGS.name:
        return this.names.list[this.words[this.at++]!];
      case TAGS.string:
        return this.#string();
      case TAGS.list: {
        const list = new Array<unknown>(this.words[this.at++]!);
        for (let i = 0; i < list.length; i++) list[i] = this.value();
        return list;
      }
      case TAGS.object: {
        const object: Record<string, unknown> = {};
        for (let left = this.words[this.at++]!; left > 0; left--) {
          const key = this.value() as string;
          object[key] = this.value();
        }
        return object;
      }
      case TAGS.float32: {
        const start = this.at + 1;
        this.at = start + this.words[this.at]!;
        return this.floats.slice(start, this.at);
      }
      default: {
        const bytes = this.words[this.at++]!;
        const start = 4 * this.at;
        this.at += (bytes + 3) >> 2;
        return new ARRAYS[tag - FIRST_ARRAY]!(this.bytes.slice(start, start + bytes).buffer);
      }
    }
  }

  #string(): string {
    const length = this.words[this.at++]!;
    let text = '';
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.words[this.at++]!);
    this.names.add(text);
    return text;
  }
}
