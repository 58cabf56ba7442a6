/** The package in a page, and its engines in the page itself: graphs run on one and the other, and are compared. */

import { type Tensor, writeOnnx } from '@rivulet/core';
import * as rivulet from '@rivulet/inference';
import { type AnyTensor, createSession } from '../../../packages/inference/src/engine/engine.ts';
import { fasterSession } from '../../../packages/inference/src/engine/webgpu/fasterSession.ts';
import { FOREIGN_OPERATORS } from '../../parity/cases/foreignOperators.ts';
import { OWN_OPERATORS } from '../../parity/cases/ownOperators.ts';
import { RARE_OPERATORS } from '../../parity/cases/rareOperators.ts';
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
  for (const kase of [...OWN_OPERATORS, ...FOREIGN_OPERATORS, ...WINDOW_OPERATORS, ...RARE_OPERATORS]) {
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

/** What a promise rejects with, as plain data; undefined when it does not. */
async function errorOf(promise: Promise<unknown>): Promise<{ code: string; details: unknown } | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (!(error instanceof rivulet.RivuletError)) throw error;
    return { code: error.code, details: error.details };
  }
}

/** Ten rows of two numbers, looked up at `a`. */
function embedding(): Uint8Array {
  const isEmbedding = ({ name }: { readonly name: string }) => name.endsWith('an embedding');
  return writeOnnx(modelOf(FOREIGN_OPERATORS.find(isEmbedding)!));
}

/** Destroys the device that all sessions share: the next one opens another. */
async function loseDevice(): Promise<void> {
  const { createBuffer } = GPUDevice.prototype;
  let device: GPUDevice | undefined;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    device = this;
    return createBuffer.call(this, descriptor);
  };
  const bytes = stackBytes({ seed: 1, input: 1, layers: [{ op: 'RNN', hidden: 1 }] });
  const session = await createSession(bytes, { engine: 'webgpu' });
  GPUDevice.prototype.createBuffer = createBuffer;
  device!.destroy();
  await device!.lost;
  await session.dispose();
}

/**
 * What `auto` takes of a wide model, were the adapter a GPU and the times as given; and how far its results are off.
 */
async function choice(fusedMs: number, webgpuMs: number, software: boolean) {
  const kase: GpuCase = { seed: 9, input: 3, layers: [{ op: 'LSTM', hidden: 6 }], T: 4, B: 1 };
  const bytes = stackBytes(kase);
  const flag = Object.getOwnPropertyDescriptor(GPUAdapterInfo.prototype, 'isFallbackAdapter')!;
  Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { ...flag, get: () => software });
  const measured: (readonly number[])[] = [];
  try {
    const fused = await createSession(bytes, { engine: 'fused', variant: 'plain' });
    const session = await fasterSession(bytes, fused as never, undefined, async ({ engine }, feeds) => {
      measured.push(feeds.x!.shape);
      return engine === 'fused' ? fusedMs : webgpuMs;
    });
    const streamed = session.graphs!.whole().inputs.length;
    const results = await session.run(feedsFor(kase));
    const off = difference(results, await fused.run(feedsFor(kase)));
    await session.dispose();
    const gone = await errorOf(fused.run(feedsFor(kase)));
    return { engine: session.engine, measured, streamed, off, gone: gone?.code };
  } finally {
    Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', flag);
  }
}

const gpu = {
  errorOf,
  choice,
  embedding,
  loseDevice,
  createSession,
  stackBytes,
  feedsFor,
  difference,
  compare,
  compareStack,
  compareOperators,
};

window.gpu = gpu;
window.rivulet = rivulet;
