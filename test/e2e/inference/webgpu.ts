/** The package in a page, and its engines in the page itself: graphs run on one and the other, and are compared. */

import { type Tensor, writeOnnx } from '@rivulet/core';
import * as rivulet from '@rivulet/inference';
import { type AnyTensor, createSession } from '../../../packages/inference/src/engine/engine.ts';
import { FOREIGN_OPERATORS } from '../../parity/cases/foreignOperators.ts';
import { OWN_OPERATORS } from '../../parity/cases/ownOperators.ts';
import { WINDOW_OPERATORS } from '../../parity/cases/windowOperators.ts';
import { type StackCase, stackBytes } from '../../parity/graphs.ts';
import { feedsOf, modelOf } from '../../parity/operatorCase.ts';
import { randomFloats } from '../../parity/random.ts';

export interface GpuCase extends StackCase {
  readonly T: number;
  readonly B: number;
}

declare global {
  interface Window {
    gpu: typeof gpu;
  }
}

type Feeds = Record<string, AnyTensor>;
type Results = Readonly<Record<string, Tensor>>;

/** What a case is fed: lengths from none to all steps, states within 1. */
function feedsFor({ seed, input, layers, lengths, states, T, B }: GpuCase): Feeds {
  const random = randomFloats(seed + 1);
  const feeds: Feeds = { x: { data: random(T * B * input, 2), shape: [T, B, input] } };
  if (lengths) {
    const data = Int32Array.from(random(B, 1), (v) => Math.min(T, Math.floor(((v + 1) / 2) * (T + 1))));
    feeds.lengths = { data, shape: [B] };
  }
  if (states) {
    const { op, hidden, direction } = layers[0]!;
    const shape = [direction === 'bidirectional' ? 2 : 1, B, hidden];
    const size = shape.reduce((a, b) => a * b, 1);
    feeds.h0 = { data: random(size, 1), shape };
    if (op === 'LSTM') feeds.c0 = { data: random(size, 1), shape };
  }
  return feeds;
}

/** The largest difference; infinite where shapes or names differ. */
function difference(got: Results, expected: Results): number {
  if (String(Object.keys(got).sort()) !== String(Object.keys(expected).sort()))
    return Number.POSITIVE_INFINITY;
  let most = 0;
  for (const [name, { data, shape }] of Object.entries(expected)) {
    if (String(got[name]!.shape) !== String(shape)) return Number.POSITIVE_INFINITY;
    data.forEach((value, i) => {
      const off = Math.abs(got[name]!.data[i]! - value);
      if (!(off <= most)) most = off;
    });
  }
  return most;
}

/** Runs a file on the GPU twice, with another call between, and once on plain SIMD. */
async function compare(bytes: Uint8Array, feeds: Feeds, others?: Feeds) {
  const [webgpu, fused] = await Promise.all([
    createSession(bytes, { engine: 'webgpu' }),
    createSession(bytes, { engine: 'fused', variant: 'plain' }),
  ]);
  try {
    const expected = await fused.run(feeds);
    const calls = [webgpu.run(feeds), webgpu.run(others ?? feeds), webgpu.run(feeds)];
    const [first, between, again] = await Promise.all(calls);
    const off = others ? difference(between!, await fused.run(others)) : 0;
    return {
      engine: webgpu.engine,
      off: Math.max(off, difference(first!, expected)),
      again: difference(again!, first!),
    };
  } finally {
    await Promise.all([webgpu.dispose(), fused.dispose()]);
  }
}

const compareStack = (kase: GpuCase) =>
  compare(stackBytes(kase), feedsFor(kase), feedsFor({ ...kase, T: kase.T + 3, B: kase.B + 1 }));

/** Every operator case of the parity tests: how far the GPU is off, or the word by which it refuses. */
async function compareOperators(): Promise<
  { name: string; off?: number; allowed: number; refused?: string }[]
> {
  const results = [];
  for (const kase of [...OWN_OPERATORS, ...FOREIGN_OPERATORS, ...WINDOW_OPERATORS]) {
    const { name, tolerance: allowed = 1e-5 } = kase;
    try {
      const { off, again } = await compare(writeOnnx(modelOf(kase)), feedsOf(kase));
      results.push({ name, off: Math.max(off, again), allowed });
    } catch (error) {
      if (!(error instanceof rivulet.RivuletError) || error.code !== 'ONNX_UNSUPPORTED') throw error;
      results.push({ name, allowed, refused: String(error.details.op) });
    }
  }
  return results;
}

const gpu = { createSession, stackBytes, feedsFor, difference, compare, compareStack, compareOperators };

window.gpu = gpu;
window.rivulet = rivulet;
