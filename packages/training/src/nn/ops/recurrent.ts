/**
 * RNN, LSTM and GRU in one or both directions. First weights: Glorot's range for what reads the input, an
 * orthogonal matrix for each gate of what reads the state (its powers neither vanish nor explode over a long
 * sequence), and a forget gate that starts open, so that gradients reach back in time from the first step.
 */
import { attr, type Cell, GATES } from '@rivulet/core';
import type { RecurrentCall } from '@rivulet/kernels/train';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import type { Random } from '../../random.ts';
import { count, decay, layerKeys } from '../../recipeValues.ts';
import { checkSteps } from '../checkSteps.ts';
import { glorot, orthogonal } from '../firstWeights.ts';
import type { NetworkNode, NodeRun, Parameter, PlaceShape, Planner } from '../operation.ts';
import { ACTIVATION_LEVELS, placeRoundedSource, roundedSource, roundSource } from '../roundedSource.ts';

const recurrentKeys = {
  ...layerKeys,
  /** Units a direction. */
  hidden: count,
  bidirectional: v.optional(v.boolean(), false),
  /**
   * `<layer>.h`: starts from that layer's final state (between LSTMs from its cell state too). `<layer>`: from what
   * that layer, of one step, yields.
   */
  initial: v.optional(v.pipe(v.string(), v.regex(/^[\w-]+(\.h)?$/, '"<layer>.h" or "<layer>"'))),
  /**
   * Rate at which weights of R are dropped, the same ones at all steps of a batch (DropConnect: Merity, Keskar and
   * Socher 2018); the fused cells stay as they are, in training and after it.
   */
  recurrentDropout: v.optional(decay),
};

export const lstmSchema = v.strictObject({ op: v.literal('lstm'), ...recurrentKeys });
export const gruSchema = v.strictObject({ op: v.literal('gru'), ...recurrentKeys });
export const rnnSchema = v.strictObject({
  op: v.literal('rnn'),
  ...recurrentKeys,
  /** Absent: tanh. */
  activation: v.optional(v.picklist(['tanh', 'relu'])),
});

type RecurrentLayer = v.InferOutput<typeof lstmSchema | typeof gruSchema | typeof rnnSchema>;

export function planRecurrent(layer: RecurrentLayer, planner: Planner): NetworkNode {
  return new Recurrent(layer, planner);
}

const OP_NAMES = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;
/** Row of the forget gate among `i o f c`. */
const FORGET = 2;
const FLOAT = 4;

export class Recurrent implements NetworkNode {
  readonly op = 'recurrent';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams: boolean;
  readonly carried: readonly string[];
  readonly cell: Cell;
  readonly hidden: number;
  readonly dirs: 1 | 2;
  readonly #input: number;
  readonly #activation: 'tanh' | 'relu';
  /** Node that this one starts from, -1 = zeros: from its final state, if it is a giver, or from its one step. */
  readonly #initial: number;
  readonly #giver: Recurrent | undefined;
  readonly #dropRate: number;
  /** [dirs, G*H, I] */
  readonly #w: Parameter;
  /** [dirs, G*H, H] */
  readonly #r: Parameter;
  /** [dirs, 2*G*H], the bias of W, then the bias of R */
  readonly #b: Parameter;
  /** What others start from. */
  #givesState = false;
  #givesCell = false;

  constructor(layer: RecurrentLayer, planner: Planner) {
    const { op: cell, hidden } = layer;
    this.name = planner.name;
    this.#activation = ('activation' in layer && layer.activation) || 'tanh';
    this.#dropRate = layer.recurrentDropout ?? 0;
    this.cell = cell;
    this.carried = cell === 'lstm' ? ['h', 'c'] : ['h'];
    this.hidden = hidden;
    this.dirs = layer.bidirectional ? 2 : 1;
    this.features = this.dirs * hidden;
    this.#input = planner.node(planner.source).features;
    const fromState = layer.initial?.endsWith('.h') ?? false;
    const from = fromState ? layer.initial!.slice(0, -2) : layer.initial;
    this.#initial = from === undefined ? -1 : planner.find(from, 'initial');
    this.#giver = fromState ? this.#takeFrom(planner) : undefined;
    this.sources = this.#startsFromStep ? [planner.source, this.#initial] : [planner.source];
    if (this.#startsFromStep) this.#checkWidth(planner);
    this.streams = this.dirs === 1 && this.#initial < 0;
    const rows = GATES[cell] * hidden;
    this.#w = planner.matrix('W', [this.dirs, rows, this.#input]);
    this.#r = planner.matrix('R', [this.dirs, rows, hidden]);
    this.#b = planner.vector('B', [this.dirs, 2 * rows]);
  }

  #takeFrom(planner: Planner): Recurrent {
    const from = planner.node(this.#initial);
    if (!(from instanceof Recurrent)) {
      return planner.refuse('initial', `${from.name} has no state`, from.name);
    }
    if (from.hidden !== this.hidden || from.dirs !== this.dirs) {
      const [has, wanted] = [from, this].map(({ dirs, hidden }) => `[${dirs}, ${hidden}]`);
      planner.refuse('initial', `its state is ${has}, not ${wanted}`, from.name);
    }
    from.giveState();
    from.#givesCell ||= from.cell === 'lstm' && this.cell === 'lstm';
    return from;
  }

  #checkWidth(planner: Planner): void {
    const { features, name } = planner.node(this.#initial);
    if (features === this.features) return;
    planner.refuse('initial', `it has ${features} features, not the ${this.features} of the state`, name);
  }

  get single(): { readonly source: number; readonly key: string } | undefined {
    return this.#startsFromStep ? { source: this.#initial, key: 'initial' } : undefined;
  }

  get #startsFromStep(): boolean {
    return this.#initial >= 0 && !this.#giver;
  }

  /** Keeps the final state [dirs][hidden][lanes] as `h`, and takes its gradient as `dh`. */
  giveState(): void {
    this.#givesState = true;
  }

  initialise(view: (parameter: Parameter) => Float32Array, random: Random): void {
    const { hidden, dirs, cell } = this;
    const gates = GATES[cell];
    glorot(view(this.#w), this.#input, hidden, random.derive(this.#w.name));
    const r = view(this.#r);
    const own = random.derive(this.#r.name);
    for (let block = 0; block < dirs * gates; block++) {
      orthogonal(r.subarray(block * hidden * hidden, (block + 1) * hidden * hidden), hidden, own);
    }
    if (cell !== 'lstm') return;
    const b = view(this.#b);
    for (let dir = 0; dir < dirs; dir++) {
      const start = dir * 2 * gates * hidden + FORGET * hidden;
      b.fill(1, start, start + hidden);
    }
  }

  place(shape: PlaceShape): void {
    const { T, sourceT, lanes, carries, rounds, kernels, take } = shape;
    const { cell, dirs, hidden } = this;
    placeRoundedSource(shape, this.#input);
    const state = dirs * hidden * lanes;
    if (this.#startsFromStep) checkSteps(this.name, 1, sourceT[1]!);
    if (this.#dropRate > 0) {
      take('r', this.#r.size);
      take('dr', this.#r.size, true);
    }
    for (let dir = 0; dir < dirs; dir++) {
      take(`cache${dir}`, kernels.recurrentCacheFloats(cell, T, this.#input, hidden, lanes, rounds));
    }
    if (this.#givesState || carries) {
      take('h', state);
      take('dh', state, true);
    }
    if (this.#givesCell || (carries && cell === 'lstm')) {
      take('c', state);
      take('dc', state, true);
    }
    if (carries) {
      take('h0', state);
      if (cell === 'lstm') take('c0', state);
    }
    // Gradient of this layer's own initial state, before it is added to where that comes from.
    if (this.#initial >= 0) take('dh0', state);
    if (this.#takesCell) take('dc0', state);
  }

  /** Whether it starts from another LSTM's cell state too. */
  get #takesCell(): boolean {
    return this.cell === 'lstm' && this.#giver?.cell === 'lstm';
  }

  forward(run: NodeRun): void {
    roundSource(run, this.sources[0]!);
    const keys = this.#dropKeys(run);
    if (keys) this.#dropWeights(run, run.weights(this.#r), run.own('r'), keys, false);
    for (let dir = 0; dir < this.dirs; dir++) run.kernels.recurrentForward(this.#call(run, dir));
  }

  /** A random word for each column of R, the same for all shards of a batch; absent: nothing is dropped. */
  #dropKeys(run: NodeRun): Int32Array | undefined {
    const random = this.#dropRate > 0 ? run.stepRandom() : undefined;
    return random && Int32Array.from({ length: this.hidden }, () => random.uint32());
  }

  #dropWeights(run: NodeRun, x: number, out: number, keys: Int32Array, accumulate: boolean): void {
    const lanes = this.hidden;
    const rows = this.#r.size / lanes;
    run.kernels.dropout({ rows, lanes, x, out, keys, rate: this.#dropRate, accumulate });
  }

  carriedAfter(run: NodeRun, what: string, steps: number): number {
    const { cell, hidden } = this;
    const states = run.kernels.recurrentStates(cell, run.T, hidden, run.lanes);
    const first = what === 'c' ? states.c! : states.h;
    return run.own('cache0') + (first + steps * hidden * run.lanes) * FLOAT;
  }

  backward(run: NodeRun): void {
    const { hidden } = this;
    const { kernels } = run;
    const keys = this.#dropKeys(run);
    const dr = keys ? run.own('dr') : run.gradients(this.#r);
    const state = hidden * run.lanes;
    const rows = GATES[this.cell] * hidden;
    for (let dir = 0; dir < this.dirs; dir++) {
      const direction = (at: number): number => at && at + dir * state * FLOAT;
      kernels.recurrentBackward({
        ...this.#call(run, dir),
        dy: direction(run.dy),
        dx: run.of(this.sources[0]!).dy,
        dw: run.gradients(this.#w) + dir * rows * this.#input * FLOAT,
        dr: dr + dir * rows * hidden * FLOAT,
        db: run.gradients(this.#b) + dir * 2 * rows * FLOAT,
        dhn: direction(run.own('dh')),
        dcn: direction(run.own('dc')),
        dh0: direction(run.own('dh0')),
        dc0: direction(run.own('dc0')),
      });
    }
    if (keys) this.#dropWeights(run, dr, run.gradients(this.#r), keys, true);
    if (this.#initial < 0) return;
    const giver = run.of(this.#initial);
    const into = this.#giver ? giver.own('dh') : giver.dy;
    if (into) kernels.add(into, run.own('dh0'), this.dirs * state);
    if (this.#takesCell) kernels.add(giver.own('dc'), run.own('dc0'), this.dirs * state);
  }

  #call(run: NodeRun, dir: number): RecurrentCall {
    const { cell, hidden, dirs } = this;
    const input = this.#input;
    const giver = this.#initial < 0 ? undefined : run.of(this.#initial);
    const r = this.#dropRate > 0 && run.stepRandom() ? run.own('r') : run.weights(this.#r);
    const state = hidden * run.lanes;
    const rows = GATES[cell] * hidden;
    const direction = (at: number): number => at && at + dir * state * FLOAT;
    return {
      cell,
      ...(this.#activation === 'relu' ? { activation: 'relu' } : {}),
      T: run.T,
      B: run.lanes,
      input,
      hidden,
      reverse: dir === 1,
      x: roundedSource(run, this.sources[0]!),
      ...(run.own('rounded') ? { levels: ACTIVATION_LEVELS, quickGates: true } : {}),
      w: run.weights(this.#w) + dir * rows * input * FLOAT,
      r: r + dir * rows * hidden * FLOAT,
      b: run.weights(this.#b) + dir * 2 * rows * FLOAT,
      lens: run.lens,
      h0: direction(giver ? (this.#giver ? giver.own('h') : giver.y) : run.own('h0')),
      c0: direction(giver ? (this.#takesCell ? giver.own('c') : 0) : run.own('c0')),
      hn: direction(run.own('h')),
      cn: direction(run.own('c')),
      y: direction(run.y),
      yStride: dirs * state,
      cache: run.own(`cache${dir}`),
    };
  }

  write(graph: GraphWriter, [x, start]: readonly string[]): string {
    const { name, cell, hidden, dirs, features } = this;
    const giver = this.#giver;
    const inputs = [x!, graph.matrix(this.#w, 1), graph.matrix(this.#r, 1), graph.vector(this.#b)];
    if (giver) inputs.push('', `${giver.name}.h`);
    else if (start) inputs.push('', this.#writeStart(graph, start));
    if (this.#takesCell) inputs.push(`${giver!.name}.c`);
    const outputs = [`${name}.y`];
    if (this.#givesState) outputs.push(`${name}.h`);
    if (this.#givesCell) outputs.push(`${name}.c`);
    graph.node(OP_NAMES[cell], inputs, outputs, {
      hidden_size: attr.int(hidden),
      direction: attr.string(dirs === 2 ? 'bidirectional' : 'forward'),
      ...(cell === 'gru' ? { linear_before_reset: attr.int(1) } : {}),
      ...(this.#activation === 'relu' ? { activations: attr.strings(Array(dirs).fill('Relu')) } : {}),
    });
    // [T, dirs, B, H] -> [T, B, dirs * H]
    graph.node('Transpose', [`${name}.y`], [`${name}.t`], { perm: attr.ints([0, 2, 1, 3]) });
    return graph.node('Reshape', [`${name}.t`, graph.ints(`${name}.shape`, [0, 0, features])], [name]);
  }

  /** [1, B, dirs * H] -> [dirs, B, H] */
  #writeStart(graph: GraphWriter, start: string): string {
    const { name, dirs, hidden } = this;
    if (dirs === 1) return start;
    const shape = graph.ints(`${name}.halves`, [-1, dirs, hidden]);
    graph.node('Reshape', [start, shape], [`${name}.starts`]);
    return graph.node('Transpose', [`${name}.starts`], [`${name}.start`], { perm: attr.ints([1, 0, 2]) });
  }
}
