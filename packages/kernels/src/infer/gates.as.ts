// The exponentials behind a cell's gates. A cell needs no sigmoid and no tanh, only e^-x and e^2x - 1, from which it
// takes what it wants with fewer divisions: i g~ = E / ((1 + e^-i) (E + 2)) is one where sigmoid and tanh are two.
//
// Powers of two: y = x / ln 2 is rounded to a whole n, what is left is within 1/2, and 2^r - 1 = r p(r) with p of
// degree 4, fitted by reweighted least squares on 4000 Chebyshev nodes to the smallest relative error, 4.4e-7. One
// product reduces the argument, so e^x is off by |x| 6e-8 as well: gates do not care, a softmax would (it takes
// math/activations.as.ts).

// Loaded, each one instruction: V8 builds a splat from two or three moves at every use.
// ROUND is 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the float.
const table = memory.data<f32>([
  0.0013333538081496954, 0.009666245430707932, 0.05550500378012657, 0.24022351205348969, 0.6931471228599548,
  12582912, 1, 2, -1.4426950408889634, 2.8853900817779268, 125, -125, 29, -29,
]);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load_splat<f32>(table + (index << 2));
}
// @ts-ignore: decorator
@inline
const ROUND: usize = 5;
// @ts-ignore: decorator
@inline
const ONE: usize = 6;
// @ts-ignore: decorator
@inline
const TWO: usize = 7;

/** a b + c, never fused: models of 7-bit activations give the same bits in both binaries. */
// @ts-ignore: decorator
@inline
export function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** In range, so that a power stays a normal float; NaN stays NaN by the order of the operands. */
// @ts-ignore: decorator
@inline
function scaled(x: v128, factor: usize, limit: usize): v128 {
  const y = f32x4.mul(x, constant(factor));
  return f32x4.pmin(f32x4.pmax(y, constant(limit + 1)), constant(limit));
}

/** 2^r - 1 for what is left of y beside the integer in `shifted`. */
// @ts-ignore: decorator
@inline
function fraction(y: v128, shifted: v128): v128 {
  const r = f32x4.sub(y, f32x4.sub(shifted, constant(ROUND)));
  const square = f32x4.mul(r, r);
  // Pairs, not one chain: the processor waits for results here, not for instructions.
  const high = mulAdd(square, constant(0), mulAdd(r, constant(1), constant(2)));
  return f32x4.mul(r, mulAdd(square, high, mulAdd(r, constant(3), constant(4))));
}

/** 2 to the integer in the low bits of `shifted`: 1's bits with the exponent moved. */
// @ts-ignore: decorator
@inline
function power(shifted: v128): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), constant(ONE));
}

/** 1 + e^-x: sigmoid is its inverse. */
// @ts-ignore: decorator
@inline
export function sigmoidDivisor(x: v128): v128 {
  const y = scaled(x, 8, 10);
  const shifted = f32x4.add(y, constant(ROUND));
  const scale = power(shifted);
  return f32x4.add(mulAdd(fraction(y, shifted), scale, scale), constant(ONE));
}

/** e^2x - 1, precise near 0: tanh x is it over itself + 2. Beyond |x| = 10 tanh is 1 to the last bit. */
// @ts-ignore: decorator
@inline
function tanhDividend(x: v128): v128 {
  const y = scaled(x, 9, 12);
  const shifted = f32x4.add(y, constant(ROUND));
  const scale = power(shifted);
  return mulAdd(fraction(y, shifted), scale, f32x4.sub(scale, constant(ONE)));
}

// @ts-ignore: decorator
@inline
function tanhDivisor(dividend: v128): v128 {
  return f32x4.add(dividend, constant(TWO));
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(constant(ONE), sigmoidDivisor(x));
}

// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const e = tanhDividend(x);
  return f32x4.div(e, tanhDivisor(e));
}

/** sigmoid(gate) * tanh(x), with one division. */
// @ts-ignore: decorator
@inline
export function gatedTanh(gate: v128, x: v128): v128 {
  const e = tanhDividend(x);
  return f32x4.div(e, f32x4.mul(sigmoidDivisor(gate), tanhDivisor(e)));
}
