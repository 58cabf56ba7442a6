/** The numbers of a call that waits its turn: in one process their caller may write into them by then. */

const { slice } = Object.getPrototypeOf(Int8Array.prototype) as Int8Array;

/** @returns plain data of its own; what is neither that nor a typed array as it is */
export function ownArguments(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    // Of a buffer that was given to another thread nothing is left, and `slice` refuses it.
    const copies = value.byteLength > 0 && !(value instanceof DataView);
    return copies ? slice.call(value as Int8Array) : value;
  }
  if (Array.isArray(value)) return value.map(ownArguments);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, ownArguments(own)]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
