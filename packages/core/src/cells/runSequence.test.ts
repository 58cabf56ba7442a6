import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../tensor.ts';
import { type Cell, GATES } from './cellWeights.ts';
import pytorchCells from './fixtures/pytorchCells.json' with { type: 'json' };
import { runSequence, type SequenceCall } from './runSequence.ts';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}

interface Fixture {
  readonly title: string;
  readonly cell: Cell;
  readonly dirs: 1 | 2;
  readonly x: Numbers;
  readonly w: Numbers;
  readonly r: Numbers;
  readonly b: Numbers;
  readonly h0?: Numbers;
  readonly c0?: Numbers;
  readonly lengths?: number[];
  readonly y: Numbers;
  readonly h: Numbers;
  readonly c?: Numbers;
}

const fixtures = pytorchCells as Fixture[];

const from = ({ data, shape }: Numbers): Tensor => tensor(Float32Array.from(data), shape);

function callOf(fixture: Fixture): SequenceCall {
  return {
    cell: fixture.cell,
    direction: fixture.dirs === 2 ? 'bidirectional' : 'forward',
    x: from(fixture.x),
    w: from(fixture.w),
    r: from(fixture.r),
    b: from(fixture.b),
    ...(fixture.lengths && { lengths: Int32Array.from(fixture.lengths) }),
    ...(fixture.h0 && { h0: from(fixture.h0) }),
    ...(fixture.c0 && { c0: from(fixture.c0) }),
  };
}

/** Both sides round to float32 at every step (relative 6e-8), values stay within [-2, 2], five steps. */
const TOLERANCE = 1e-6;

function expectClose(got: Tensor | undefined, expected: Numbers): void {
  expect(got?.shape).toEqual(expected.shape);
  expected.data.forEach((value, i) => {
    expect(Math.abs(got!.data[i]! - value), `element ${i}`).toBeLessThan(TOLERANCE);
  });
}

describe('runSequence gives what PyTorch gives', () => {
  it.each(fixtures)('$title', (fixture) => {
    const { y, h, c } = runSequence(callOf(fixture));
    expectClose(y, fixture.y);
    expectClose(h, fixture.h);
    if (fixture.c) expectClose(c, fixture.c);
    else expect(c).toBeUndefined();
  });
});

describe('runSequence', () => {
  const bidirectional = fixtures.filter(({ dirs, h0 }) => dirs === 2 && h0);

  it.each(bidirectional)('reverse alone is the second half of bidirectional: $title', (fixture) => {
    const call = callOf(fixture);
    const half = ({ data, shape }: Tensor): Tensor =>
      tensor(data.slice(data.length / 2), [1, ...shape.slice(1)]);
    const both = runSequence(call);
    const alone = runSequence({
      ...call,
      direction: 'reverse',
      w: half(call.w),
      r: half(call.r),
      b: half(call.b!),
      h0: half(call.h0!),
      ...(call.c0 && { c0: half(call.c0) }),
    });
    expect(alone.h.data).toEqual(half(both.h).data);
    const [T, , B, H] = both.y.shape as [number, number, number, number];
    for (let t = 0; t < T; t++) {
      const row = both.y.data.subarray((2 * t + 1) * B * H, (2 * t + 2) * B * H);
      expect(alone.y.data.subarray(t * B * H, (t + 1) * B * H)).toEqual(row);
    }
  });

  it.each(bidirectional)('keeps the state of a sequence of no steps: $title', (fixture) => {
    const call = { ...callOf(fixture), lengths: Int32Array.of(0, 2, 0) };
    const { y, h, c } = runSequence(call);
    const [, dirs, B, H] = y.shape as [number, number, number, number];
    for (let d = 0; d < dirs; d++) {
      const lane = (values: Tensor, b: number) => values.data.subarray((d * B + b) * H, (d * B + b + 1) * H);
      for (const b of [0, 2]) {
        expect(lane(h, b)).toEqual(lane(call.h0!, b));
        if (c) expect(lane(c, b)).toEqual(lane(call.c0!, b));
        for (let t = 0; t < 5; t++) {
          const at = ((t * dirs + d) * B + b) * H;
          expect(y.data.subarray(at, at + H)).toEqual(new Float32Array(H));
        }
      }
      expect(lane(h, 1)).not.toEqual(lane(call.h0!, 1));
    }
  });

  it.each(fixtures.filter(({ h0 }) => h0))('leaves its arguments as they were: $title', (fixture) => {
    const call = callOf(fixture);
    runSequence(call);
    expect(call).toEqual(callOf(fixture));
  });

  it.each<Cell>(['rnn', 'lstm', 'gru'])('%s goes on where it stopped', (cell) => {
    const { x, w, r, b } = callOf(fixtures.find((one) => one.cell === cell && one.dirs === 1)!);
    const B = x.shape[1]!;
    const I = x.shape[2]!;
    const part = (t0: number, t1: number) => tensor(x.data.slice(t0 * B * I, t1 * B * I), [t1 - t0, B, I]);
    const whole = runSequence({ cell, x, w, r, b: b! });
    const first = runSequence({ cell, x: part(0, 2), w, r, b: b! });
    const second = runSequence({
      cell,
      x: part(2, 5),
      w,
      r,
      b: b!,
      h0: first.h,
      ...(first.c && { c0: first.c }),
    });
    expect(second.h.data).toEqual(whole.h.data);
    expect(second.y.data).toEqual(whole.y.data.slice(first.y.data.length));
  });

  it('names the tensor that does not fit', () => {
    const cell = 'gru';
    const call: SequenceCall = {
      cell,
      x: tensor(new Float32Array(8), [2, 2, 2]),
      w: tensor(new Float32Array(GATES[cell] * 3 * 2), [1, 9, 2]),
      r: tensor(new Float32Array(GATES[cell] * 3 * 3), [1, 9, 3]),
    };
    const wrong = (change: Partial<SequenceCall>) => () => runSequence({ ...call, ...change });
    expect(wrong({})).not.toThrow();
    expect(wrong({ direction: 'bidirectional' })).toThrow(
      expect.objectContaining({
        code: 'TENSOR_SHAPE',
        details: { tensor: 'w', expected: [2, 9, 2], got: [1, 9, 2] },
      }),
    );
    expect(wrong({ h0: tensor(new Float32Array(3), [1, 1, 3]) })).toThrow(/h0 must be \[1, 2, 3\]/);
    expect(wrong({ x: { data: new Float32Array(7), shape: [2, 2, 2] } })).toThrow(/8 elements/);
    expect(wrong({ lengths: Int32Array.of(1, 3) })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT', details: { length: 3, T: 2 } }),
    );
    expect(wrong({ lengths: Int32Array.of(1) })).toThrow(/2 lengths/);
  });
});
