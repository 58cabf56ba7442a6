/** Numbers as IEEE 754 half precision, as ONNX's float16 and the file of an adapted model's change have it. */

const word = new DataView(new ArrayBuffer(4));

/** To the nearest, ties to even; beyond 65,504 it is infinite. */
export function toHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  // 65,520 and more round up to infinity.
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest >= 0x38800000) {
    const rounded = rest + 0xfff + ((rest >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Below 2^-14 halves are multiples of 2^-24.
  return sign | roundToEven(Math.abs(Math.fround(value)) * 2 ** 24);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  return below + (over > 0.5 || (over === 0.5 && below % 2 === 1) ? 1 : 0);
}
