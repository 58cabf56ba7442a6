/** Every inference kernel against the readable reference, over shapes that do not fit any vector. */
import { type Cell, GATES, runSequence, type Tensor, tensor } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import { bindRecurrent, createInferMachine, packRecurrent } from '../infer.ts';
import { quantiseForTest, randomFloats } from '../testing/inferCases.ts';

interface Case {
  readonly cell: Cell;
  readonly linearBeforeReset?: 0 | 1;
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
  readonly reverse?: boolean;
  readonly lengths?: readonly number[];
  readonly states?: boolean;
}

const CASES: readonly Case[] = [
  { cell: 'lstm', T: 1, B: 1, I: 1, H: 1 },
  { cell: 'lstm', T: 7, B: 1, I: 3, H: 5 },
  { cell: 'lstm', T: 9, B: 4, I: 16, H: 64, reverse: true },
  { cell: 'lstm', T: 90, B: 1, I: 128, H: 64, states: true },
  { cell: 'lstm', T: 6, B: 3, I: 6, H: 33, lengths: [6, 1, 0], states: true },
  { cell: 'lstm', T: 6, B: 5, I: 6, H: 12, lengths: [2, 6, 4, 0, 3], reverse: true, states: true },
  { cell: 'gru', T: 5, B: 1, I: 7, H: 9 },
  { cell: 'gru', T: 11, B: 6, I: 24, H: 48, reverse: true, lengths: [1, 2, 3, 11, 10, 0], states: true },
  { cell: 'gru', linearBeforeReset: 0, T: 5, B: 1, I: 7, H: 9 },
  { cell: 'gru', linearBeforeReset: 0, T: 8, B: 5, I: 10, H: 37, lengths: [8, 7, 0, 1, 2], states: true },
  { cell: 'rnn', T: 12, B: 2, I: 5, H: 70, states: true },
  { cell: 'rnn', T: 3, B: 9, I: 2, H: 3, reverse: true },
];

const engines = (['plain', 'relaxed'] as const)
  .filter((variant) => variant === 'plain' || hasRelaxedSimd())
  .flatMap((variant) => [
    // Float32 sums in another order, and an exp within 2.5e-7.
    { variant, int8: false, tolerance: 3e-6 },
    // The reference gets the same int8 weights; what differs is the rounding of activations to 16 or 14 bits.
    { variant, int8: true, tolerance: variant === 'plain' ? 2e-4 : 8e-4 },
  ]);

describe.each(engines)('$variant, int8: $int8', ({ variant, int8, tolerance }) => {
  it.each(CASES)('$cell T $T B $B I $I H $H', async (kase) => {
    const { cell, linearBeforeReset = 1, T, B, I, H, reverse = false, lengths, states } = kase;
    const G = GATES[cell];
    const random = randomFloats(T * 1000 + B * 100 + I * 10 + H);
    const x = random(T * B * I, 2);
    const b = random(2 * G * H, 1);
    const w = quantiseForTest(random(G * H * I, 1.5 / Math.sqrt(I)), G * H, int8);
    const r = quantiseForTest(random(G * H * H, 1.5 / Math.sqrt(H)), G * H, int8);
    const h0 = random(B * H, states ? 1 : 0);
    const c0 = random(B * H, states ? 1 : 0);
    const lens = lengths && Int32Array.from(lengths);

    const expected = runSequence({
      cell,
      direction: reverse ? 'reverse' : 'forward',
      linearBeforeReset,
      x: tensor(x, [T, B, I]),
      w: tensor(w.restored, [1, G * H, I]),
      r: tensor(r.restored, [1, G * H, H]),
      b: tensor(b, [1, 2 * G * H]),
      h0: tensor(h0, [1, B, H]),
      ...(cell === 'lstm' ? { c0: tensor(c0, [1, B, H]) } : {}),
      ...(lens ? { lengths: lens } : {}),
    });

    const machine = await createInferMachine({ variant, int8 });
    const layer = packRecurrent(machine, {
      ...{ cell, input: I, hidden: H, w, r, b },
      linearBeforeReset: linearBeforeReset === 1,
    });
    let top = machine.workspace;
    const allocate = (bytes: number): number => {
      const at = top;
      top += (bytes + 15) & ~15;
      return at;
    };
    const P = layer.padded;
    const at = { x: allocate(x.byteLength), h: allocate(B * P * 4), c: allocate(B * P * 4) };
    const y = allocate(T * B * H * 4);
    const guard = allocate(16);
    const lengthsAt = lens ? allocate(B * 4) : 0;
    const bound = bindRecurrent(
      machine,
      layer,
      { T, B, reverse, ...at, lengths: lengthsAt, y, yStep: B * H * 4, yRow: H * 4 },
      allocate,
    );
    machine.reserve(top - machine.workspace);
    machine.u8.fill(0xff, machine.workspace, top); // NaN: whatever is read unwritten shows
    machine.f32.set(x, at.x >> 2);
    if (lens) machine.i32.set(lens, lengthsAt >> 2);
    const spread = (data: Float32Array, to: number): void => {
      machine.f32.fill(0, to >> 2, (to >> 2) + B * P);
      for (let lane = 0; lane < B; lane++) {
        machine.f32.set(data.subarray(lane * H, (lane + 1) * H), (to >> 2) + lane * P);
      }
    };
    spread(h0, at.h);
    spread(c0, at.c);
    bound.describe();
    machine.wasm.recurrent(bound.at);

    const close = (name: string, got: ArrayLike<number>, { data }: Tensor): void => {
      expect(got.length).toBe(data.length);
      for (let i = 0; i < data.length; i++) {
        if (!(Math.abs(got[i]! - data[i]!) <= tolerance)) {
          expect.fail(`${name}[${i}]: ${got[i]}, expected ${data[i]}`);
        }
      }
    };
    const gather = (from: number): Float32Array => {
      const out = new Float32Array(B * H);
      for (let lane = 0; lane < B; lane++) {
        const start = (from >> 2) + lane * P;
        out.set(machine.f32.subarray(start, start + H), lane * H);
      }
      return out;
    };
    close('y', machine.f32.slice(y >> 2, (y >> 2) + T * B * H), expected.y);
    close('h', gather(at.h), expected.h);
    if (expected.c) close('c', gather(at.c), expected.c);
    expect(machine.i32[guard >> 2], 'nothing is written behind y').toBe(-1);
  });
});
