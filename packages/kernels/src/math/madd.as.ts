// a * b + c in four lanes: fused where the binary is the relaxed one, two roundings (and the same bits
// everywhere) in the plain one.
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}
