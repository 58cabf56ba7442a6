/** The windows that a convolution or a pooling slides over the dimensions behind batch and channels. */
import { attributeOf, type OnnxNode } from '@rivulet/core';
import { shapeError } from '../value.ts';

/** Of one dimension. */
export interface Window {
  readonly size: number;
  /** Places a window looks at, `dilation` apart. */
  readonly kernel: number;
  readonly dilation: number;
  /** From one window to the next. */
  readonly stride: number;
  /** Zeros before and after. */
  readonly before: number;
  readonly after: number;
  /** Windows. */
  readonly outputs: number;
}

/**
 * Places that each window looks at. A convolution may leave them to its weights, which are packed away; windows one
 * step apart show them by what they leave of the sizes.
 * @param shape [B, C, ...sizes]
 * @param out [B, M, ...windows]
 * @returns undefined where they do not
 */
export function kernelOf(
  node: OnnxNode,
  shape: readonly number[],
  out: readonly number[],
): readonly number[] | undefined {
  const given = attributeOf(node, 'kernel_shape', 'ints', []);
  if (given.length > 0) return given;
  const sizes = shape.slice(2);
  const strides = attributeOf(node, 'strides', 'ints', []);
  const padded = attributeOf(node, 'auto_pad', 'string', 'NOTSET') !== 'NOTSET';
  if (padded || strides.some((stride) => stride !== 1)) return undefined;
  const dilations = attributeOf(node, 'dilations', 'ints', []);
  const pads = attributeOf(node, 'pads', 'ints', []);
  return sizes.map((size, d) => {
    const around = (pads[d] ?? 0) + (pads[sizes.length + d] ?? 0);
    return (size + around - out[2 + d]!) / (dilations[d] ?? 1) + 1;
  });
}

/**
 * @param shape [B, C, ...sizes]
 * @param kernel the convolution's own; a pooling's stands in its attributes
 * @throws MODEL_SHAPE
 */
export function windowsOf(node: OnnxNode, shape: readonly number[], kernel?: readonly number[]): Window[] {
  const sizes = shape.slice(2);
  const ones = sizes.map(() => 1);
  const kernels = kernel ?? attributeOf(node, 'kernel_shape', 'ints', []);
  const strides = attributeOf(node, 'strides', 'ints', ones);
  const dilations = attributeOf(node, 'dilations', 'ints', ones);
  const pads = attributeOf(node, 'pads', 'ints', [...ones, ...ones].fill(0));
  const auto = attributeOf(node, 'auto_pad', 'string', 'NOTSET');
  const round = attributeOf(node, 'ceil_mode', 'int', 0) ? Math.ceil : Math.floor;
  return sizes.map((size, d) => {
    const [k = 0, stride = 0, dilation = 0] = [kernels[d], strides[d], dilations[d]];
    const reach = dilation * (k - 1) + 1;
    let [before = 0, after = 0] = auto === 'NOTSET' ? [pads[d], pads[sizes.length + d]] : [];
    if (auto.startsWith('SAME')) {
      const missing = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
      before = auto === 'SAME_UPPER' ? Math.floor(missing / 2) : Math.ceil(missing / 2);
      after = missing - before;
    }
    let outputs = round((size + before + after - reach) / stride) + 1;
    // A last window that begins in the zeros behind does not count.
    if (round === Math.ceil && (outputs - 1) * stride >= size + before) outputs--;
    const valid = [k, stride, dilation].every((n) => Number.isInteger(n) && n > 0) && outputs >= 0;
    if (!valid || before < 0 || after < 0 || !Number.isFinite(outputs)) {
      throw shapeError(node.op, `windows of ${k}, stride ${stride}, do not fit`, shape);
    }
    return { size, kernel: k, dilation, stride, before, after, outputs };
  });
}
