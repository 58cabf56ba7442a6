/**
 * A delta as a small file: a magic word with its version, a JSON header that names the model by the hash of its ONNX
 * file, the numbers, and the SHA-256 of everything before it, so that a torn or changed file is known as such.
 */
import { fromHalf, RivuletError, sha256, toHalf } from '@rivulet/core';
import * as v from 'valibot';
import { count } from '../recipeValues.ts';
import type { Delta, DeltaPart } from './delta.ts';

/** "RVDELT" and the version of the format. */
const MAGIC = 'RVDELT01';
const HASH_BYTES = 32;

/** Floats of each part, in the order in which they stand. */
const part = v.union([
  v.strictObject({ parameter: v.string(), sum: count }),
  v.strictObject({ parameter: v.string(), a: count, b: count }),
]);

const header = v.strictObject({
  model: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  method: v.picklist(['all', 'last', 'lowRank']),
  layers: count,
  rank: v.pipe(v.number(), v.integer(), v.minValue(0)),
  precision: v.picklist(['float16', 'float32']),
  parts: v.array(part),
});
type Header = v.InferOutput<typeof header>;

/** @param model SHA-256 of the ONNX file that the delta changes, in hexadecimal */
export async function writeDelta(delta: Delta, model: string): Promise<Uint8Array<ArrayBuffer>> {
  const { parts, precision, ...rest } = delta;
  const json: Header = {
    model,
    ...rest,
    precision,
    parts: parts.map(({ parameter, sum, a, b }) =>
      sum ? { parameter, sum: sum.length } : { parameter, a: a!.length, b: b!.length },
    ),
  };
  const head = new TextEncoder().encode(JSON.stringify(json));
  const numbers = parts.flatMap(({ sum, a, b }) => (sum ? [sum] : [a!, b!]));
  const floats = numbers.reduce((all, { length }) => all + length, 0);
  const size = precision === 'float16' ? 2 : 4;
  const bytes = new Uint8Array(MAGIC.length + 4 + head.length + floats * size + HASH_BYTES);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length, head.length, true);
  bytes.set(head, MAGIC.length + 4);
  let at = MAGIC.length + 4 + head.length;
  for (const values of numbers) {
    for (const value of values) {
      if (size === 2) view.setUint16(at, toHalf(value), true);
      else view.setFloat32(at, value, true);
      at += size;
    }
  }
  bytes.set(await digest(bytes.subarray(0, at)), at);
  return bytes;
}

/**
 * @param model SHA-256 of the ONNX file at hand
 * @throws DELTA_INVALID for a file that is cut short, changed or of another kind; DELTA_MODEL for another model's
 */
export async function readDelta(bytes: Uint8Array, model: string): Promise<Delta> {
  const whole = bytes.length - HASH_BYTES;
  const start = MAGIC.length + 4;
  if (whole < start || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw invalid('it is no delta of this version', { bytes: bytes.length });
  }
  const sum = await digest(bytes.subarray(0, whole));
  if (sum.some((byte, i) => byte !== bytes[whole + i])) {
    throw invalid('it is cut short or was changed', { bytes: bytes.length });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, whole);
  const end = start + view.getUint32(MAGIC.length, true);
  if (end > whole) throw invalid('its header is longer than the file', { header: end - start });
  const { parts, ...head } = parseHeader(bytes.subarray(start, end));
  if (head.model !== model) {
    throw new RivuletError(
      'DELTA_MODEL',
      'The delta belongs to another model, or to another version of this one',
      {
        expected: model,
        got: head.model,
      },
    );
  }
  const size = head.precision === 'float16' ? 2 : 4;
  let at = end;
  const read = (floats: number): Float32Array => {
    if (at + floats * size > whole) throw invalid('it has fewer numbers than its header says', { floats });
    const values = new Float32Array(floats);
    for (let i = 0; i < floats; i++, at += size) {
      values[i] = size === 2 ? fromHalf(view.getUint16(at, true)) : view.getFloat32(at, true);
      if (!Number.isFinite(values[i]!))
        throw invalid('a number of it is not finite', { value: String(values[i]) });
    }
    return values;
  };
  const filled = parts.map((part): DeltaPart => {
    const { parameter } = part;
    return 'sum' in part
      ? { parameter, sum: read(part.sum) }
      : { parameter, a: read(part.a), b: read(part.b) };
  });
  if (at !== whole) throw invalid('it has more numbers than its header says', { bytes: whole - at });
  const { method, layers, rank, precision } = head;
  const factors = method === 'lowRank';
  if (factors !== rank > 0 || parts.some((each) => 'sum' in each === factors)) {
    throw invalid(`its parts are not those of method ${method}`, { method, rank });
  }
  return { method, layers, rank, precision, parts: filled };
}

function parseHeader(bytes: Uint8Array): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid(`its header is no JSON (${cause})`, {});
  }
  const result = v.safeParse(header, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(`its header's ${v.getDotPath(issue) ?? 'root'} is wrong: ${issue.message}`, {
    got: issue.received,
  });
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  const hex = await sha256(bytes as Uint8Array<ArrayBuffer>);
  return Uint8Array.from({ length: HASH_BYTES }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function invalid(why: string, details: Record<string, unknown>): RivuletError {
  return new RivuletError('DELTA_INVALID', `This is no delta that can be read: ${why}`, details);
}
