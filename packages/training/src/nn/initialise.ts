/**
 * First weights: Glorot's uniform range for what reads an input, an orthogonal matrix for each gate of what
 * reads the state (its powers neither vanish nor explode over a long sequence), and a forget gate that starts
 * open, so that gradients reach back in time from the first step.
 */
import { GATES } from '@rivulet/core';
import { Random } from '../random.ts';
import type { NetworkPlan, Parameter } from './networkPlan.ts';

/** Row of the forget gate among `i o f c`. */
const FORGET = 2;

/** Fills the flat vector [plan.floats]; each layer draws from its own name, so that adding one leaves the rest. */
export function initialise(plan: NetworkPlan, weights: Float32Array, seed: number): void {
  const root = Random.fromSeed(seed).derive('initialise');
  weights.fill(0);
  for (const node of plan.nodes) {
    if (node.op === 'dense')
      glorot(view(weights, node.w), node.input, node.features, root.derive(node.w.name));
    if (node.op !== 'recurrent') continue;
    const { hidden, dirs, input } = node;
    const gates = GATES[node.cell];
    glorot(view(weights, node.w), input, hidden, root.derive(node.w.name));
    const r = view(weights, node.r);
    const random = root.derive(node.r.name);
    for (let block = 0; block < dirs * gates; block++) {
      orthogonal(r.subarray(block * hidden * hidden, (block + 1) * hidden * hidden), hidden, random);
    }
    if (node.cell !== 'lstm') continue;
    const b = view(weights, node.b);
    for (let dir = 0; dir < dirs; dir++) {
      const start = dir * 2 * gates * hidden + FORGET * hidden;
      b.fill(1, start, start + hidden);
    }
  }
}

function view(weights: Float32Array, { offset, size }: Parameter): Float32Array {
  return weights.subarray(offset, offset + size);
}

function glorot(out: Float32Array, fanIn: number, fanOut: number, random: Random): void {
  const range = Math.sqrt(6 / (fanIn + fanOut));
  for (let i = 0; i < out.length; i++) out[i] = random.uniform(-range, range);
}

/** An orthogonal [n, n] matrix by modified Gram and Schmidt over normal rows. */
function orthogonal(out: Float32Array, n: number, random: Random): void {
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from({ length: n }, () => random.normal());
    for (const earlier of rows) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += row[k]! * earlier[k]!;
      for (let k = 0; k < n; k++) row[k]! -= dot * earlier[k]!;
    }
    const norm = Math.hypot(...row);
    for (let k = 0; k < n; k++) row[k]! /= norm;
    rows.push(row);
    out.set(row, i * n);
  }
}
