/** Runs the cases in turns, one thread: our engine in float32, int8, int8a7, plain and relaxed SIMD; onnxruntime-web. */
import type { AnyTensor, LoadModelOptions } from '@rivulet/inference';
import type * as Ort from 'onnxruntime-web/wasm';
import { hasRelaxedSimd } from '../../../packages/kernels/src/binary/hasRelaxedSimd.ts';
import { hasFastDot } from '../../../packages/kernels/src/infer/hasFastDot.ts';
import { stackBytes } from '../../parity/graphs.ts';
import { randomFloats } from '../../parity/random.ts';
import { interleaved, type Timing } from '../interleaved.ts';
import { CASES, multiplications } from './cases.ts';
import { measurePeaks, type Peaks } from './floor.ts';

export const WAYS = [
  'ort f32',
  'plain f32',
  'relaxed f32',
  'plain int8',
  'relaxed int8',
  'plain int8a7',
  'relaxed int8a7',
] as const;
export type WayName = (typeof WAYS)[number];

export interface CaseTimes {
  readonly name: string;
  readonly times: Readonly<Record<WayName, Timing>>;
  /** Microseconds that the products alone would take at this machine's peak. */
  readonly floors: Readonly<Record<Exclude<WayName, 'ort f32'>, number>>;
}

export interface EngineTimes {
  readonly where: string;
  readonly peaks: Peaks;
  /** What `auto` takes here. */
  readonly int8: 'plain int8' | 'relaxed int8';
  readonly int8a7: 'plain int8a7' | 'relaxed int8a7';
  readonly cases: readonly CaseTimes[];
}

interface Runnable {
  run(feeds: Readonly<Record<string, AnyTensor>>): Promise<unknown>;
  dispose(): Promise<void>;
}

export async function measureEngine(
  where: string,
  open: (
    bytes: Uint8Array,
    options: Pick<LoadModelOptions, 'engine' | 'variant' | 'dtype'>,
  ) => Promise<Runnable>,
  ort: typeof Ort,
): Promise<EngineTimes> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const peaks = measurePeaks();
  const cases: CaseTimes[] = [];
  // The first case twice, and the second time counts: engines still compile while the first calls run, which showed in
  // onnxruntime's times more than in ours.
  for (const kase of [CASES[0]!, ...CASES]) {
    const { name, T, stack } = kase;
    const bytes = { f32: stackBytes(stack), int8: stackBytes({ ...stack, int8: true }) };
    const shape = [T, 1, stack.input];
    const data = randomFloats(9)(T * stack.input, 1);
    const session = await ort.InferenceSession.create(bytes.f32, {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    });
    const feeds: Record<string, AnyTensor> = { x: { data, shape } };
    const models: Runnable[] = [];
    // Both sides start from an array and its shape, as they do whenever new numbers come.
    const ask = (): Promise<unknown> => session.run({ x: new ort.Tensor('float32', data, shape) });
    const ways = [{ name: WAYS[0] as string, run: ask }];
    for (const way of WAYS.slice(1)) {
      const [variant, type] = way.split(' ') as ['plain' | 'relaxed', 'f32' | 'int8' | 'int8a7'];
      const model = await (type === 'f32'
        ? open(bytes.f32, { engine: 'fused', variant })
        : open(bytes.int8, { engine: 'fused', variant, dtype: type }));
      models.push(model);
      ways.push({ name: way, run: () => model.run(feeds) });
    }
    const times = Object.fromEntries(await interleaved(ways)) as CaseTimes['times'];
    const products = multiplications(kase);
    cases.push({
      name,
      times,
      floors: {
        'plain f32': products / peaks.float32,
        'relaxed f32': products / (peaks.relaxedFloat32 ?? peaks.float32),
        'plain int8': products / peaks.dot16,
        'relaxed int8': products / (peaks.relaxedDot ?? peaks.dot16),
        'plain int8a7': products / peaks.dot16,
        'relaxed int8a7': products / Math.max(peaks.sevenBit ?? peaks.dot16, 2 * (peaks.relaxedDot ?? 0)),
      },
    });
    for (const model of models) await model.dispose();
    await session.release();
  }
  cases.shift();
  return {
    where,
    peaks,
    int8: hasFastDot() ? 'relaxed int8' : 'plain int8',
    int8a7: hasRelaxedSimd() ? 'relaxed int8a7' : 'plain int8a7',
    cases,
  };
}
