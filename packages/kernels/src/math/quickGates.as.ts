// Sigmoid and tanh within 6e-5, of rational functions: what the engine of 7-bit activations computes
// (infer/quickCells.as.ts), and therefore what training for it computes (quickRuns.as.ts).
//
// tanh x = x P(x^2) / Q(x^2) on |x| <= 5.25 and 1 beyond, P of degree 2 and Q = x^4 + q1 x^2 + q0, fitted by Lawson's
// weighted least squares on 3000 nodes to the smallest error, 5.7e-5, with the value 1 at 5.25: a gate that is open
// must not leak. sigmoid x = (Q + P) / 2Q of x / 2.

// P's coefficients from x^0 on, Q's, the limits, 1/2.
const table = memory.data<f32>([
  80.71176910252962, 8.14272955827686, 0.0509024404326382, 80.73173277934929, 34.99720022781163, 5.25, -5.25, 0.5,
]);

// @ts-ignore: decorator
@inline
export function constant(index: usize): v128 {
  return v128.load_splat<f32>(table + (index << 2));
}

/** NaN stays NaN by the order of the operands. */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}

// @ts-ignore: decorator
@inline
export function dividend(x: v128, square: v128, p0: v128, p1: v128, p2: v128): v128 {
  const inner = f32x4.add(f32x4.mul(square, p2), p1);
  return f32x4.mul(x, f32x4.add(f32x4.mul(square, inner), p0));
}

// @ts-ignore: decorator
@inline
export function divisor(square: v128, q0: v128, q1: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.add(square, q1), square), q0);
}
