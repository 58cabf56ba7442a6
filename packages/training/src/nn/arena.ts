/**
 * Where the activations of one batch shape stand in the arena. The list of places is made once for each shape
 * and kept; all shapes share the same memory, so a run holds as much as its largest batch needs.
 */
import type { TrainKernels } from '@rivulet/kernels/train';
import { align, type NetworkPlan } from './networkPlan.ts';
import { nodeSteps } from './nodeSteps.ts';

/** Places are floats from the start of the arena; -1 = none. */
export interface NodePlaces {
  /** Steps that the node yields. */
  readonly T: number;
  /** Steps that its buffer holds: a reader that joins steps wants a multiple of its factor, tail zero. */
  readonly roomT: number;
  /** [roomT][features][lanes] */
  readonly y: number;
  /** Same layout; inputs that no gradient is asked of, or goes back to, have none, nor have frozen layers: outputs all do. */
  readonly dy: number;
  /** Lengths [lanes] of the node's time axis, Int32; -1 where every lane is full. */
  readonly lens: number;
  /** What the node keeps beside its output, by its own names. */
  readonly own: ReadonlyMap<string, number>;
}

export interface Places {
  readonly lanes: number;
  readonly nodes: readonly NodePlaces[];
  /** All gradients stand together, to be cleared in one go. */
  readonly gradStart: number;
  readonly gradFloats: number;
  readonly floats: number;
}

export interface ArenaShape {
  /** T of each input, in the plan's order. */
  readonly steps: readonly number[];
  readonly lanes: number;
  /** Whether each input has lengths. */
  readonly withLengths: readonly boolean[];
  /** Whether states come from and go to other chunks. */
  readonly carries: boolean;
  /** Whether layers with int8 weights read rounded activations. */
  readonly rounds: boolean;
  readonly inputGradients: boolean;
  /** First node whose parameters are trained: those before it have no gradients, but for the network's outputs. */
  readonly trainedFrom: number;
}

/** @param kernels say how many floats a recurrent layer's cache takes; nothing is allocated */
export function placeActivations(plan: NetworkPlan, shape: ArenaShape, kernels: TrainKernels): Places {
  const { nodes } = plan;
  const { lanes } = shape;
  const T = nodeSteps(plan, shape.steps);
  const roomT = [...T];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!node.roomOfSource) continue;
    const source = node.sources[0]!;
    roomT[source] = Math.max(roomT[source]!, node.roomOfSource(roomT[i]!));
  }

  let floats = 0;
  const take = (wanted: number): number => {
    const at = floats;
    floats += align(wanted);
    return at;
  };
  const room = (i: number): number => roomT[i]! * nodes[i]!.features * lanes;

  const lens = new Array<number>(nodes.length).fill(-1);
  const y = new Array<number>(nodes.length);
  nodes.forEach((node, i) => {
    const source = node.sources[0] ?? -1;
    y[i] = node.roomOfSource ? y[source]! : take(room(i));
    if (source < 0) lens[i] = shape.withLengths[i] ? take(lanes) : -1;
    else if (lens[source]! >= 0 && !node.full) lens[i] = node.steps ? take(lanes) : lens[source]!;
  });

  const own = nodes.map(() => new Map<string, number>());
  const zeroed: (() => void)[] = [];
  nodes.forEach((node, i) => {
    node.place?.({
      lanes,
      T: T[i]!,
      sourceT: node.sources.map((source) => T[source]!),
      carries: shape.carries,
      rounds: shape.rounds,
      showsGradients: shape.inputGradients,
      kernels,
      take(name, wanted, cleared = false) {
        if (cleared) zeroed.push(() => own[i]!.set(name, take(wanted)));
        else own[i]!.set(name, take(wanted));
      },
    });
  });

  const learned = new Set(nodes.flatMap(({ backTo, sources }) => backTo ?? sources));
  const written = writtenGradients(plan);
  const gradStart = floats;
  const dy = new Array<number>(nodes.length);
  nodes.forEach((node, i) => {
    const isInput = node.sources.length === 0;
    const isAsked = isInput ? shape.inputGradients && learned.has(i) : i >= shape.trainedFrom;
    if (node.roomOfSource) dy[i] = dy[node.sources[0]!]!;
    else dy[i] = isAsked || written.has(i) ? take(room(i)) : -1;
  });
  for (const place of zeroed) place();

  return {
    lanes,
    nodes: nodes.map((_, i) => ({
      T: T[i]!,
      roomT: roomT[i]!,
      y: y[i]!,
      dy: dy[i]!,
      lens: lens[i]!,
      own: own[i]!,
    })),
    gradStart,
    gradFloats: floats - gradStart,
    floats,
  };
}

/** Where the caller writes the gradients of the outputs: they have room even where nothing before them is trained. */
function writtenGradients({ nodes, outputs }: NetworkPlan): ReadonlySet<number> {
  const owner = (i: number): number => (nodes[i]!.roomOfSource ? owner(nodes[i]!.sources[0]!) : i);
  return new Set(outputs.map(owner));
}
