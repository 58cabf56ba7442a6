/** Products of matrices with any strides: MatMul, Gemm, the windows of a Conv, and a layer's inputs. */
import { floatBits, type GpuCall } from './gpuCall.ts';

/** Element (matrix, row, i) at start + matrix * matrixStep + row * `row` + i * `step`. */
export interface GpuFactor<P> {
  readonly place: P;
  readonly start?: number;
  readonly row: number;
  readonly step: number;
  readonly matrix?: number;
}

export interface GpuProduct<P> {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Default 1. */
  readonly matrices?: number;
  /** [rows, depth] */
  readonly a: GpuFactor<P>;
  /** [depth, columns] */
  readonly b: GpuFactor<P>;
  /** [rows, columns]; strides may be 0. */
  readonly bias?: GpuFactor<P> | undefined;
  /** [matrices, rows, columns], row-major from toStart on. */
  readonly to: P;
  readonly toStart?: number;
  readonly alpha?: number;
  readonly beta?: number;
}

/** to = alpha a . b + beta bias */
export function productCall<P>(product: GpuProduct<P>): GpuCall<P> {
  const { rows, columns, depth, matrices = 1, a, b, bias, to, toStart = 0, alpha = 1, beta = 1 } = product;
  // Four rows a thread: of a single step most threads of a square would have none.
  const down = rows <= 4 ? 1 : rows <= 16 ? 4 : 16;
  const across = down === 16 ? 16 : 32;
  return {
    kernel: 'product',
    constants: { DOWN: down, ACROSS: across, LEFT: 8 * down, RIGHT: 8 * across },
    uniform: [
      ...[rows, columns, depth],
      ...[a.start ?? 0, a.row, a.step, a.matrix ?? 0],
      ...[b.start ?? 0, b.row, b.step, b.matrix ?? 0],
      ...[bias?.row ?? 0, bias?.step ?? 0, toStart, floatBits(alpha), floatBits(bias ? beta : 0)],
    ],
    storage: [a.place, b.place, bias?.place ?? b.place, to],
    groups: [Math.ceil(columns / (4 * across)), Math.ceil(rows / (4 * down)), matrices],
  };
}
