/** What ONNX computes number by number in few models, with its broadcasting. */
import { activation, attributeOf, sigmoid } from '@rivulet/core';
import type { Operator } from '../operator.ts';
import { binaryOperators, comparisonOperators, float, plain, truth, unaryOperators } from './elementwise.ts';

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** To the nearest, halves to the even one. */
export function roundEven(x: number): number {
  const near = Math.round(x);
  return near - x === 0.5 && near % 2 !== 0 ? near - 1 : near;
}

const softplus = activation('softplus');

export const RARE_ELEMENTWISE: Readonly<Record<string, Operator>> = {
  ...unaryOperators({
    Celu: (node) => {
      const alpha = float(node, 'alpha', 1)!;
      return (x) => (x < 0 ? alpha * Math.expm1(x / alpha) : x);
    },
    Selu: (node) => {
      const [alpha, gamma] = [float(node, 'alpha', 1.6732632)!, float(node, 'gamma', 1.0507009)!];
      const inner = activation('elu', alpha);
      return (x) => gamma * inner(x);
    },
    Gelu: (node) =>
      attributeOf(node, 'approximate', 'string', 'none') === 'tanh'
        ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
        : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    HardSwish: plain((x) => x * Math.min(1, Math.max(0, x / 6 + 0.5))),
    Mish: plain((x) => x * Math.tanh(softplus(x))),
    Swish: (node) => {
      const alpha = float(node, 'alpha', 1)!;
      return (x) => x * sigmoid(alpha * x);
    },
    Exp: plain(Math.exp),
    Log: plain(Math.log),
    Reciprocal: plain((x) => 1 / x),
    Erf: plain(erf),
    Round: plain(roundEven),
    Sign: plain(Math.sign),
    Sin: plain(Math.sin),
    Cos: plain(Math.cos),
    Tan: plain(Math.tan),
    Asin: plain(Math.asin),
    Acos: plain(Math.acos),
    Atan: plain(Math.atan),
    Sinh: plain(Math.sinh),
    Cosh: plain(Math.cosh),
    IsNaN: plain((x) => (Number.isNaN(x) ? 1 : 0)),
    IsInf: (node) => {
      const [low, high] = ['detect_negative', 'detect_positive'].map((name) =>
        attributeOf(node, name, 'int', 1),
      );
      return (x) => ((x === Infinity && high) || (x === -Infinity && low) ? 1 : 0);
    },
  }),
  ...binaryOperators({
    // With fmod the sign of the dividend, without it the sign of the divisor.
    Mod: (node) =>
      attributeOf(node, 'fmod', 'int', 0) ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b),
    PRelu: plain((x, slope) => (x < 0 ? slope * x : x)),
  }),
  ...comparisonOperators({ Or: truth((a, b) => Boolean(a || b)), Xor: truth((a, b) => !a !== !b) }),
};
