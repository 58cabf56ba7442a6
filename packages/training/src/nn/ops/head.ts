/**
 * What a probabilistic loss reads, made of any numbers: scales that are positive, degrees of freedom above 2,
 * quantiles in order. Features stay where they are:
 *
 * - `gaussian`: n means, then n raw numbers that become scales, softplus + 1e-4;
 * - `student`: n means, n scales, then n degrees of freedom, 2 + softplus, so that a variance exists;
 * - `quantiles`: for each of n targets `levels` raw numbers; the middle one stays, each further out adds (above) or
 *   takes away (below) the softplus of its own, so that quantiles never cross.
 */
import { attr } from '@rivulet/core';
import * as v from 'valibot';
import type { GraphWriter } from '../../export/graphWriter.ts';
import { count, layerKeys } from '../../recipeValues.ts';
import type { NetworkNode, NodeRun, Planner } from '../operation.ts';
import { monotone, monotoneBackward } from './monotone.ts';

const FLOAT = 4;
/** A likelihood must not reach infinity on a value that is met exactly. */
const LEAST_SCALE = 1e-4;
const LEAST_FREEDOM = 2;

export const headSchema = v.variant('kind', [
  v.strictObject({ op: v.literal('head'), ...layerKeys, kind: v.picklist(['gaussian', 'student']) }),
  v.strictObject({
    op: v.literal('head'),
    ...layerKeys,
    kind: v.literal('quantiles'),
    /** Quantiles of a target. */
    levels: count,
  }),
]);

type HeadLayer = v.InferOutput<typeof headSchema>;

/** Numbers added to the softplus of a block of features; undefined: the block stays as it is. */
type Blocks = readonly (number | undefined)[];

const BLOCKS: Readonly<Record<'gaussian' | 'student', Blocks>> = {
  gaussian: [undefined, LEAST_SCALE],
  student: [undefined, LEAST_SCALE, LEAST_FREEDOM],
};

export function planHead(layer: HeadLayer, planner: Planner): NetworkNode {
  return layer.kind === 'quantiles'
    ? new QuantileHead(planner, layer.levels)
    : new LikelihoodHead(planner, BLOCKS[layer.kind]);
}

class LikelihoodHead implements NetworkNode {
  readonly op = 'head';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  readonly #blocks: Blocks;
  /** Targets of a step. */
  readonly #targets: number;

  constructor(planner: Planner, blocks: Blocks) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = planner.node(planner.source).features;
    this.#blocks = blocks;
    this.#targets = this.features / blocks.length;
    if (!Number.isInteger(this.#targets)) {
      planner.refuse(
        'in',
        `its ${this.features} features are no multiple of ${blocks.length}`,
        this.features,
      );
    }
  }

  forward(run: NodeRun): void {
    const { kernels } = run;
    kernels.copy(run.y, run.of(this.sources[0]!).y, run.T * this.features * run.lanes);
    this.#each(run, (at, floats, least) => {
      if (least === undefined) return;
      kernels.activate('softplus', run.y + at, floats);
      const y = kernels.f32(run.y + at, floats);
      for (let i = 0; i < floats; i++) y[i]! += least;
    });
  }

  backward(run: NodeRun): void {
    const { kernels } = run;
    const { dy: dx } = run.of(this.sources[0]!);
    if (!dx) return;
    this.#each(run, (at, floats, least) => {
      if (least === undefined) {
        kernels.add(dx + at, run.dy + at, floats);
        return;
      }
      const [y, dy, into] = [run.y, run.dy, dx].map((from) => kernels.f32(from + at, floats));
      // softplus' = sigmoid = 1 - e^-softplus
      for (let i = 0; i < floats; i++) into![i]! -= Math.fround(dy![i]! * Math.expm1(least - y![i]!));
    });
  }

  #each(run: NodeRun, visit: (at: number, floats: number, least: number | undefined) => void): void {
    const floats = this.#targets * run.lanes;
    for (let block = 0; block < run.T * this.#blocks.length; block++) {
      visit(block * floats * FLOAT, floats, this.#blocks[block % this.#blocks.length]);
    }
  }

  write(graph: GraphWriter, [x]: readonly string[]): string {
    const { name } = this;
    const parts = this.#blocks.map((_, k) => `${name}.raw${k}`);
    const sizes = graph.ints(
      `${name}.sizes`,
      this.#blocks.map(() => this.#targets),
    );
    graph.node('Split', [x!, sizes], parts, { axis: attr.int(2) });
    const made = this.#blocks.map((least, k) => {
      if (least === undefined) return parts[k]!;
      graph.node('Softplus', [parts[k]!], [`${name}.softplus${k}`]);
      const constant = graph.floats(`${name}.least${k}`, [], [least]);
      return graph.node('Add', [`${name}.softplus${k}`, constant], [`${name}.part${k}`]);
    });
    return graph.node('Concat', made, [name], { axis: attr.int(2) });
  }
}

class QuantileHead implements NetworkNode {
  readonly op = 'head';
  readonly name: string;
  readonly sources: readonly number[];
  readonly features: number;
  readonly streams = true;
  readonly #levels: number;

  constructor(planner: Planner, levels: number) {
    this.name = planner.name;
    this.sources = [planner.source];
    this.features = planner.node(planner.source).features;
    this.#levels = levels;
    if (this.features % levels !== 0) {
      planner.refuse('levels', `${this.features} features are no multiple of ${levels}`, levels);
    }
  }

  forward(run: NodeRun): void {
    const floats = run.T * this.features * run.lanes;
    const x = run.kernels.f32(run.of(this.sources[0]!).y, floats);
    monotone(x, run.kernels.f32(run.y, floats), this.#levels, run.lanes);
  }

  backward(run: NodeRun): void {
    const source = run.of(this.sources[0]!);
    if (!source.dy) return;
    const floats = run.T * this.features * run.lanes;
    const [x, dy, dx] = [source.y, run.dy, source.dy].map((at) => run.kernels.f32(at, floats));
    monotoneBackward(x!, dy!, dx!, this.#levels, run.lanes);
  }

  /** The sums outwards are a product with a matrix of 0, 1 and -1. */
  write(graph: GraphWriter, [x]: readonly string[]): string {
    const { name, features } = this;
    const levels = this.#levels;
    const middle = Math.floor(levels / 2);
    const sums = Float32Array.from({ length: levels * levels }, (_, i) => {
      const [from, to] = [Math.floor(i / levels), i % levels];
      if (from === middle) return 1;
      if (from > middle) return to >= from ? 1 : 0;
      return to <= from ? -1 : 0;
    });
    const shape = graph.ints(`${name}.targets`, [0, 0, features / levels, levels]);
    graph.node('Reshape', [x!, shape], [`${name}.raw`]);
    // Only the middle one is taken as it is: a choice by mask spares cutting in three and joining.
    const isMiddle = Float32Array.from({ length: levels }, (_, q) => (q === middle ? 1 : 0));
    const rest = isMiddle.map((q) => 1 - q);
    graph.node('Softplus', [`${name}.raw`], [`${name}.widths`]);
    graph.node('Mul', [`${name}.widths`, graph.floats(`${name}.rest`, [levels], rest)], [`${name}.outer`]);
    graph.node('Mul', [`${name}.raw`, graph.floats(`${name}.centre`, [levels], isMiddle)], [`${name}.inner`]);
    graph.node('Add', [`${name}.outer`, `${name}.inner`], [`${name}.steps`]);
    graph.node(
      'MatMul',
      [`${name}.steps`, graph.floats(`${name}.sums`, [levels, levels], sums)],
      [`${name}.levels`],
    );
    return graph.node('Reshape', [`${name}.levels`, graph.ints(`${name}.shape`, [0, 0, features])], [name]);
  }
}
