/**
 * How large gradients are, to see them vanish or explode: by layer, and by step of time. Squares, which add up over
 * threads; whoever has them all takes the root.
 */
import type { Network } from '../nn/network.ts';
import type { Slice } from '../optim/optimiser.ts';

export interface GradientSquares {
  /** Of the parameters of each layer. */
  readonly layers: Readonly<Record<string, number>>;
  /**
   * Of what leaves each layer, and of the inputs, at each step. What a recurrent layer passes back through time
   * shows at the layer or input that it reads. Tokens have no gradient and are not here: how much an embedding learns
   * shows at what leaves it.
   */
  readonly steps: Readonly<Record<string, readonly number[]>>;
}

/** @param slice part of the flat vector that counts here */
export function layerSquares(network: Network, { start, end }: Slice): Record<string, number> {
  const gradients = network.gradients();
  const { nodes, parameters } = network.plan;
  const squares = new Map<string, number>();
  for (const { name, offset, size } of parameters) {
    const layer = name.slice(0, name.lastIndexOf('.'));
    let sum = squares.get(layer) ?? 0;
    const to = Math.min(end, offset + size);
    for (let i = Math.max(start, offset); i < to; i++) sum += gradients[i]! ** 2;
    squares.set(layer, sum);
  }
  // In the order of the network, not of the flat vector.
  const layers = nodes.filter(({ name }) => squares.has(name));
  return Object.fromEntries(layers.map(({ name }) => [name, squares.get(name)!]));
}

/** @param scale what the gradients are multiplied with on their way to a mean loss */
export function stepSquares(network: Network, scale: number): Record<string, number[]> {
  const squares: Record<string, number[]> = {};
  for (const [name, { data, T }] of Object.entries(network.activationGradients())) {
    const step = data.length / T;
    squares[name] = Array.from({ length: T }, (_, t) => {
      let sum = 0;
      for (let i = t * step; i < (t + 1) * step; i++) sum += (data[i]! * scale) ** 2;
      return sum;
    });
  }
  return squares;
}

/** Norms from the squares of all threads. */
export function gradientNorms(parts: readonly GradientSquares[]): GradientSquares {
  const layers: Record<string, number> = {};
  const steps: Record<string, number[]> = {};
  for (const part of parts) {
    for (const [name, sum] of Object.entries(part.layers)) layers[name] = (layers[name] ?? 0) + sum;
    for (const [name, sums] of Object.entries(part.steps)) {
      const into = (steps[name] ??= []);
      sums.forEach((sum, t) => {
        into[t] = (into[t] ?? 0) + sum;
      });
    }
  }
  const root = <K>([key, value]: [K, number]): [K, number] => [key, Math.sqrt(value)];
  return {
    layers: Object.fromEntries(Object.entries(layers).map(root)),
    steps: Object.fromEntries(Object.entries(steps).map(([name, sums]) => [name, sums.map(Math.sqrt)])),
  };
}
