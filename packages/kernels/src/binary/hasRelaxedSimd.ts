/**
 * Whether this runtime compiles relaxed SIMD: asked by a module of one function whose body is one
 * `i8x16.relaxed_swizzle`. Node 20 and older Safari say no; Node 24, Chromium and Firefox say yes.
 */
const module = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // type 0: () -> v128
  ...[3, 2, 1, 0], // function 0 has type 0
  ...[10, 15, 1, 13, 0], // one body of 13 bytes, no locals
  ...[0x41, 1, 0xfd, 15, 0x41, 2, 0xfd, 15], // two i8x16.splat
  ...[0xfd, 0x80, 2, 0x0b], // i8x16.relaxed_swizzle (0x100), end
]);

let answer: boolean | undefined;

export function hasRelaxedSimd(): boolean {
  answer ??= WebAssembly.validate(module);
  return answer;
}
