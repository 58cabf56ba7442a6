/** Parts of a training step, and which kernels each is made of. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  packing: ['packRows', 'packColumns', 'lstmPack', 'gruPack', 'gruPackInputGrad'],
  'forward: products and gates': ['lstmStepForward', 'gruStepForward'],
  'backward: gates': ['lstmStepBackward', 'gruStepBackward'],
  'products to states, inputs and outputs': ['gemmLanes', 'fillRows'],
  'weights: outer products, sums of biases': ['outerLanes', 'rowSums'],
  Adam: ['adamStep'],
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
