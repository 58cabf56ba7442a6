/**
 * Whether relaxed dot products of bytes are one instruction here, by what they answer out of their contract.
 *
 * With a second operand of 8 bits the result is the engine's own business: without a dot instruction x86 sums
 * pairs into saturating 16 bits and gives 2 * 32767; AVX-VNNI gives 4 * 127 * 255, ARM's SDOT 4 * 127 * -1.
 * In the first case four instructions stand for one and int16 dots of plain SIMD are faster
 * (`npm run bench -- engine`).
 */
const module = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7f], // type 0: () -> i32
  ...[3, 2, 1, 0], // function 0 has type 0
  ...[7, 5, 1, 1, 0x64, 0, 0], // export "d"
  ...[10, 23, 1, 21, 0], // one body of 21 bytes, no locals
  ...[0x41, 0xff, 0, 0xfd, 15, 0x41, 0x7f, 0xfd, 15], // i8x16.splat 127, i8x16.splat -1
  ...[0x41, 0, 0xfd, 17], // i32x4.splat 0
  ...[0xfd, 0x93, 2, 0xfd, 27, 0, 0x0b], // relaxed dot and add, lane 0, end
]);

const PAIRS_SATURATED = 2 * 32767;

let answer: boolean | undefined;

export function hasFastDot(): boolean {
  if (answer !== undefined) return answer;
  try {
    const { d } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports as { d(): number };
    return (answer = d() !== PAIRS_SATURATED);
  } catch {
    // No relaxed SIMD at all; or a content security policy without 'wasm-unsafe-eval', of which loading the kernels
    // will tell, with a code.
    return (answer = false);
  }
}
