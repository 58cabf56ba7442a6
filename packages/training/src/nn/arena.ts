/**
 * Where the activations of one batch shape stand in the arena. The list of places is made once for each shape
 * and kept; all shapes share the same memory, so a run holds as much as its largest batch needs.
 */
import type { TrainKernels } from '@rivulet/kernels/train';
import { align, type NetworkPlan } from './networkPlan.ts';

/** Places are floats from the start of the arena; -1 = none. */
export interface NodePlaces {
  /** Steps that the node yields. */
  readonly T: number;
  /** Steps that its buffer holds: a reader that joins steps wants a multiple of its factor, tail zero. */
  readonly roomT: number;
  /** [roomT][features][lanes] */
  readonly y: number;
  /** Same layout; inputs that no gradient is asked of have none. */
  readonly dy: number;
  /** Lengths [lanes] of the node's time axis, Int32; -1 where every lane is full. */
  readonly lens: number;
  /** One cache a direction. */
  readonly caches: readonly number[];
  /** Final states [dirs][hidden][lanes], where another layer starts from them. */
  readonly h: number;
  readonly c: number;
  readonly dh: number;
  readonly dc: number;
  /** Gradient of this layer's own initial state, before it is added to its giver's. */
  readonly dh0: number;
  readonly dc0: number;
}

export interface Places {
  readonly lanes: number;
  readonly nodes: readonly NodePlaces[];
  /** All gradients stand together, to be cleared in one go. */
  readonly gradStart: number;
  readonly gradFloats: number;
  readonly floats: number;
}

type CacheFloats = TrainKernels['recurrentCacheFloats'];

/**
 * @param steps T of each input, in the plan's order
 * @param withLengths whether the first input has lengths
 */
export function placeActivations(
  plan: NetworkPlan,
  steps: readonly number[],
  lanes: number,
  withLengths: boolean,
  cacheFloats: CacheFloats,
): Places {
  const { nodes } = plan;
  const T = new Array<number>(nodes.length).fill(0);
  nodes.forEach((node, i) => {
    if (node.op === 'input') T[i] = steps[i]!;
    else if (node.op === 'join') T[i] = Math.ceil(T[node.source]! / node.factor);
    else T[i] = T[node.source]!;
  });
  const roomT = [...T];
  const givesState = new Set<number>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (node.op === 'join') roomT[node.source] = Math.max(roomT[node.source]!, node.factor * roomT[i]!);
    if (node.op === 'recurrent' && node.initial >= 0) givesState.add(node.initial);
  }

  let floats = 0;
  const take = (wanted: number): number => {
    const at = floats;
    floats += align(wanted);
    return at;
  };
  const stateFloats = (i: number): number => {
    const node = nodes[i]!;
    return node.op === 'recurrent' ? node.dirs * node.hidden * lanes : 0;
  };
  const room = (i: number): number => roomT[i]! * nodes[i]!.features * lanes;

  // A join's memory is its source's: [2 T'][F][B] and [T'][2 F][B] are the same floats in the same order.
  const lens = new Array<number>(nodes.length).fill(-1);
  const y = new Array<number>(nodes.length);
  nodes.forEach((node, i) => {
    y[i] = node.op === 'join' ? y[node.source]! : take(room(i));
    if (!withLengths) return;
    if (i === 0) lens[i] = take(lanes);
    else if (node.op !== 'input' && lens[node.source]! >= 0) {
      lens[i] = node.op === 'join' ? take(lanes) : lens[node.source]!;
    }
  });
  const caches = nodes.map((node, i) =>
    node.op === 'recurrent'
      ? Array.from({ length: node.dirs }, () =>
          take(cacheFloats(node.cell, T[i]!, node.input, node.hidden, lanes)),
        )
      : [],
  );
  const h = nodes.map((_, i) => (givesState.has(i) ? take(stateFloats(i)) : -1));
  const c = nodes.map((node, i) =>
    givesState.has(i) && node.op === 'recurrent' && node.cell === 'lstm' ? take(stateFloats(i)) : -1,
  );
  const dh0 = nodes.map((node, i) =>
    node.op === 'recurrent' && node.initial >= 0 ? take(stateFloats(i)) : -1,
  );
  const dc0 = nodes.map((node, i) =>
    dh0[i]! >= 0 && sharesCell(plan, i) && node ? take(stateFloats(i)) : -1,
  );

  const gradStart = floats;
  const dy = new Array<number>(nodes.length);
  nodes.forEach((node, i) => {
    if (node.op === 'input') dy[i] = -1;
    else if (node.op === 'join') dy[i] = dy[node.source]!;
    else dy[i] = take(room(i));
  });
  const dh = h.map((at, i) => (at >= 0 ? take(stateFloats(i)) : -1));
  const dc = c.map((at, i) => (at >= 0 ? take(stateFloats(i)) : -1));

  return {
    lanes,
    nodes: nodes.map((_, i) => ({
      T: T[i]!,
      roomT: roomT[i]!,
      y: y[i]!,
      dy: dy[i]!,
      lens: lens[i]!,
      caches: caches[i]!,
      h: h[i]!,
      c: c[i]!,
      dh: dh[i]!,
      dc: dc[i]!,
      dh0: dh0[i]!,
      dc0: dc0[i]!,
    })),
    gradStart,
    gradFloats: floats - gradStart,
    floats,
  };
}

/** Whether node `i` starts from another LSTM's cell state too. */
export function sharesCell(plan: NetworkPlan, i: number): boolean {
  const node = plan.nodes[i]!;
  if (node.op !== 'recurrent' || node.cell !== 'lstm' || node.initial < 0) return false;
  const from = plan.nodes[node.initial]!;
  return from.op === 'recurrent' && from.cell === 'lstm';
}
