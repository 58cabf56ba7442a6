/**
 * What a kind of layer is to the rest of the training: a file in `ops/` that exports the schema of its keys in a
 * recipe, and a function that plans it, that is, makes one of these nodes of it. Types only.
 *
 * Activations are [step][feature][lane]. Three rules hold between nodes: a node ADDS its gradients to those of
 * its sources; gradients beyond a lane's length are zero; values beyond it may be anything, so that whoever looks
 * at other steps than its own must look at the lengths.
 */
import type { Pointer, TrainKernels } from '@rivulet/kernels/train';
import type { GraphWriter } from '../export/graphWriter.ts';
import type { Random } from '../random.ts';

export interface Parameter {
  /** `<layer>.<W, R, B, ...>`; ONNX shapes and gate order. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Floats from the start of the flat vector. */
  readonly offset: number;
  readonly size: number;
  /** Rows of weights, which decay and become int8; what is not a matrix (biases, gains) does neither. */
  readonly matrix: boolean;
}

export interface NetworkNode {
  readonly op: string;
  readonly name: string;
  /** Nodes whose outputs this one reads; they stand before it. */
  readonly sources: readonly number[];
  /** Features a step that leave the node. */
  readonly features: number;
  /** What goes on from chunk to chunk, [features][lanes] each: `x` is kept as `x`, and comes in as `x0`. */
  readonly carried?: readonly string[];
  /** Where what is carried stands after so many steps of the last forward, until backward. [features][lanes] */
  carriedAfter?(run: NodeRun, what: string, steps: number): Pointer;
  /** Whether running a sequence in chunks, states carried over, is running it whole. */
  readonly streams: boolean;
  /** Writes the first weights; each parameter draws from `random.derive(parameter.name)`. */
  initialise?(view: (parameter: Parameter) => Float32Array, random: Random): void;
  /**
   * Steps that leave for those of the sources, also of a lane's length; without it: the first source's.
   * Lengths follow the first source.
   */
  steps?(of: readonly number[]): number;
  /** The source that must have one step, where there is such, and the key of the recipe that names it. */
  readonly single?: { readonly source: number; readonly key: string } | undefined;
  /** Sources that `backward` adds gradients to; absent: all. */
  readonly backTo?: readonly number[];
  /** Whether every step of the output belongs to every lane, whatever the lengths of the sources. */
  readonly full?: boolean;
  /** The node's output is its source's memory, of which it wants so many steps, the ones beyond T zero. */
  roomOfSource?(room: number): number;
  /** Takes what the node keeps from forward to backward, beside its output, from the arena. */
  place?(shape: PlaceShape): void;
  forward(run: NodeRun): void;
  /** Adds to the gradients of the parameters and of the sources. */
  backward(run: NodeRun): void;
  /** Writes ONNX nodes that leave a tensor [T, B, features]. @returns its name, `node.name` if `wanted` */
  write(graph: GraphWriter, inputs: readonly string[], wanted: boolean): string;
}

/** What a node sees when its memory is laid out, once for each shape of batch. */
export interface PlaceShape {
  readonly lanes: number;
  /** Steps that the node yields. */
  readonly T: number;
  /** Steps of a source, by its place among `sources`. */
  readonly sourceT: readonly number[];
  /** Whether states come from and go to other chunks of the same sequences. */
  readonly carries: boolean;
  /** Whether layers with int8 weights read rounded activations: training for an engine of 7 bits. */
  readonly rounds: boolean;
  /** Whether someone reads the gradients of what leaves the nodes after backward, which must leave them there then. */
  readonly showsGradients: boolean;
  readonly kernels: TrainKernels;
  /** Floats under a name of the node's own; `zeroed` memory is cleared before every backward. */
  take(name: string, floats: number, zeroed?: boolean): void;
}

/** A node in the middle of a forward or backward run. Pointers are bytes in the kernels' memory; 0 = absent. */
export interface NodeRun {
  readonly kernels: TrainKernels;
  readonly T: number;
  readonly lanes: number;
  /** Real samples; they fill the first lanes. */
  readonly size: number;
  readonly features: number;
  /** [T][features][lanes] */
  readonly y: Pointer;
  /** Same layout; absent where nobody asks for the gradient of an input. */
  readonly dy: Pointer;
  /** Int32 [lanes] valid steps; absent: every lane is full. */
  readonly lens: Pointer;
  /** What the node took in `place`; absent: it did not. */
  own(name: string): Pointer;
  /** The run of another node of the network. */
  of(node: number): NodeRun;
  weights(parameter: Parameter): Pointer;
  gradients(parameter: Parameter): Pointer;
  /** [lanes] a random word a sample, the same in forward and backward; absent outside of training. */
  laneKeys(): Int32Array | undefined;
  /** A generator of this node and step, the same in every shard of the batch; absent outside of training. */
  stepRandom(): Random | undefined;
}

/** What a layer's planning function may ask while the network is put together. */
export interface Planner {
  /** Where the layer stands in the recipe, for errors: `network.layers.<i>`. */
  readonly key: string;
  readonly name: string;
  /** The node that `in` names, or the layer before. */
  readonly source: number;
  node(index: number): NetworkNode;
  /** @throws RECIPE_INVALID naming `<key>.<under>` when no earlier layer or input has the name */
  find(name: string, under: string): number;
  /** Rows of weights. */
  matrix(suffix: string, shape: readonly number[]): Parameter;
  /** Biases, gains. */
  vector(suffix: string, shape: readonly number[]): Parameter;
  /** @throws RECIPE_INVALID naming `<key>.<under>` */
  refuse(under: string, message: string, got: unknown): never;
}
