/**
 * Scaled dot-product attention: each step's query takes a mean of the values, weighed by how well their keys
 * match it. It has no weights: queries, keys and values are what dense layers before it make of a decoder and an
 * encoder (Luong, Pham and Manning 2015), or of one layer (self-attention).
 */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { count, identifier, layerKeys } from '../../recipeValues.ts';
import { checkSteps } from '../checkSteps.ts';
import type { NetworkNode, NodeRun, PlaceShape, Planner } from '../operation.ts';

export const attentionSchema = v.strictObject({
  op: v.literal('attention'),
  /** `in` makes the queries. */
  ...layerKeys,
  /** Layer of the keys, as wide as the queries. */
  keys: identifier,
  /** Layer of the values; absent: the keys. */
  values: v.optional(identifier),
  /** Parts of queries, keys and values that attend each for itself. */
  heads: v.optional(count, 1),
  /** A step sees keys up to its own step alone. */
  causal: v.optional(v.boolean(), false),
});

type AttentionLayer = v.InferOutput<typeof attentionSchema>;

export function planAttention(layer: AttentionLayer, planner: Planner): NetworkNode {
  return new Attention(planner, layer);
}

class Attention implements NetworkNode {
  readonly op = 'attention';
  readonly name: string;
  /** Queries, keys, values. */
  readonly sources: readonly number[];
  /** Of a value. */
  readonly features: number;
  readonly streams = false;
  /** Of a query and a key. */
  readonly #width: number;
  readonly #heads: number;
  readonly #causal: boolean;

  constructor(planner: Planner, { keys, values, heads, causal }: AttentionLayer) {
    this.name = planner.name;
    const key = planner.find(keys, 'keys');
    const value = values === undefined ? key : planner.find(values, 'values');
    this.sources = [planner.source, key, value];
    const [q, k, v] = this.sources.map((source) => planner.node(source).features);
    if (q !== k) planner.refuse('keys', `queries have ${q} features, keys ${k}`, keys);
    for (const width of [k!, v!]) {
      if (width % heads !== 0)
        planner.refuse('heads', `${width} features cannot be cut into ${heads} equal parts`, heads);
    }
    this.features = v!;
    this.#width = q!;
    this.#heads = heads;
    this.#causal = causal;
  }

  place({ T, sourceT, lanes, take }: PlaceShape): void {
    checkSteps(this.name, sourceT[1]!, sourceT[2]!);
    if (this.#causal) checkSteps(this.name, T, sourceT[1]!);
    take('shares', this.#heads * T * sourceT[1]! * lanes);
  }

  forward(run: NodeRun): void {
    run.kernels.attentionForward(this.#call(run));
  }

  backward(run: NodeRun): void {
    const [dq, dk, dv] = this.sources.map((source) => run.of(source).dy) as [number, number, number];
    run.kernels.attentionBackward({ ...this.#call(run), dy: run.dy, dq, dk, dv });
  }

  #call(run: NodeRun) {
    const [q, k, v] = this.sources.map((source) => run.of(source)) as [NodeRun, NodeRun, NodeRun];
    return {
      T: run.T,
      S: k.T,
      B: run.lanes,
      features: this.#width,
      values: this.features,
      heads: this.#heads,
      causal: this.#causal,
      lens: k.lens,
      q: q.y,
      k: k.y,
      v: v.y,
      y: run.y,
      shares: run.own('shares'),
    };
  }

  /** [T, B, heads * D] becomes [B, heads, T, D], where MatMul pairs steps with steps. */
  write(graph: GraphWriter, [q, k, v]: readonly string[]): string {
    const { name } = this;
    const heads = this.#heads;
    const split = (tensor: string, what: string, width: number, perm: number[]): string => {
      const shape = graph.ints(`${name}.${what}.shape`, [0, 0, heads, width / heads]);
      graph.node('Reshape', [tensor, shape], [`${name}.${what}.parts`]);
      return graph.node('Transpose', [`${name}.${what}.parts`], [`${name}.${what}`], {
        perm: attr.ints(perm),
      });
    };
    const queries = split(q!, 'q', this.#width, [1, 2, 0, 3]);
    const keys = split(k!, 'k', this.#width, [1, 2, 3, 0]);
    const values = split(v!, 'v', this.features, [1, 2, 0, 3]);
    graph.node('MatMul', [queries, keys], [`${name}.products`]);
    const factor = graph.floats(`${name}.factor`, [], [1 / Math.sqrt(this.#width / heads)]);
    let scores = graph.node('Mul', [`${name}.products`, factor], [`${name}.scores`]);
    if (this.#causal) scores = this.#mask(graph, q!, scores);
    graph.node('Softmax', [scores], [`${name}.shares`], { axis: attr.int(-1) });
    graph.node('MatMul', [`${name}.shares`, values], [`${name}.mixed`]);
    graph.node('Transpose', [`${name}.mixed`], [`${name}.turned`], { perm: attr.ints([2, 0, 1, 3]) });
    const shape = graph.ints(`${name}.shape`, [0, 0, this.features]);
    return graph.node('Reshape', [`${name}.turned`, shape], [name]);
  }

  /** Scores [B, heads, T, T] of later steps become so low that softmax leaves nothing of them. */
  #mask(graph: GraphWriter, x: string, scores: string): string {
    const { name } = this;
    const zero = graph.scalar(`${name}.zero`, 0);
    const one = graph.scalar(`${name}.one`, 1);
    graph.node('Shape', [x], [`${name}.T1`], { start: attr.int(0), end: attr.int(1) });
    graph.node('Squeeze', [`${name}.T1`], [`${name}.T`]);
    graph.node('Range', [zero, `${name}.T`, one], [`${name}.columns`]);
    graph.node('Unsqueeze', [`${name}.columns`, graph.ints(`${name}.last`, [1])], [`${name}.rows`]);
    graph.node('LessOrEqual', [`${name}.columns`, `${name}.rows`], [`${name}.seen`]);
    const low = graph.floats(`${name}.low`, [], [-1e9]);
    return graph.node('Where', [`${name}.seen`, scores, low], [`${name}.masked`]);
  }
}
