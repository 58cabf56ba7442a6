/** Parts of a training step, and which kernels each is made of. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'packing of weights': ['packAffine', 'packColumns', 'gruPackInputGrad'],
  'forward: products of inputs and states': ['affine'],
  'forward: gates': ['lstmGates', 'gruGates', 'rnnStepForward'],
  'backward: gates': ['lstmStepBackward', 'gruStepBackward', 'rnnStepBackward'],
  'backward: products to states and inputs': ['gemm'],
  'backward: products to weights': ['gemmWeights'],
  'backward: turning around, sums of biases': ['packLanes', 'addColumns', 'add'],
  'Adam, norm of the gradient': ['adamStep', 'scaleSquares'],
};

/** Milliseconds of each part; a kernel that none names is a part of its own. */
export function partsOf(kernels: ReadonlyMap<string, number>): [string, number][] {
  const parts = new Map<string, number>();
  for (const [kernel, milliseconds] of kernels) {
    const part = Object.entries(PARTS).find(([, names]) => names.includes(kernel))?.[0] ?? kernel;
    parts.set(part, (parts.get(part) ?? 0) + milliseconds);
  }
  return [...parts].filter(([, milliseconds]) => milliseconds > 0.005).sort(([, a], [, b]) => b - a);
}
