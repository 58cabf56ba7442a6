/** Floats of a matrix [M, K] packed into panels of four rows (gemm/pack.as.ts). */
export function panelFloats(M: number, K: number): number {
  return 4 * Math.ceil(M / 4) * K;
}
