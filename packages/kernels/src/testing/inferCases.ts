/** Random numbers and weights for tests of the inference kernels: the same for a seed, on every machine. */
import { hasRelaxedSimd } from '../binary/hasRelaxedSimd.ts';
import { inferModule } from '../infer/inferModule.ts';
import type { Variant } from '../infer/variant.ts';
import { createInferMachine, InferMachine } from '../infer.ts';
import { seeded, uniform } from './random.ts';

export interface TestMachine {
  readonly name: string;
  readonly variant: Variant;
  readonly type: 'float32' | 'int8' | 'int8a7';
  open(): Promise<InferMachine>;
}

/** Every way that the kernels multiply, also the one that only other processors would choose. */
export function machines(): TestMachine[] {
  const all = (['plain', 'relaxed'] as const).flatMap((variant) =>
    (['float32', 'int8', 'int8a7'] as const).map((type): TestMachine => {
      const open = () => createInferMachine({ variant, sevenBit: type === 'int8a7' });
      return { name: `${variant} ${type}`, variant, type, open };
    }),
  );
  for (const kind of [3, 4]) {
    const open = async () => new InferMachine(await inferModule('relaxed'), { kind, levels: 63 });
    all.push({ name: `relaxed int8a7, kind ${kind}`, variant: 'relaxed', type: 'int8a7', open });
  }
  // Of its own a machine takes this way where no dot is fast.
  const open = async () => new InferMachine(await inferModule('relaxed'), { kind: 1, levels: 32767 });
  all.push({ name: 'relaxed int8, as plain', variant: 'plain', type: 'int8', open });
  return all.filter(({ name }) => name.startsWith('plain') || hasRelaxedSimd());
}

/** @returns fills arrays with values spread evenly over [-size, size] */
export function randomFloats(seed: number): (count: number, size: number) => Float32Array {
  const random = seeded(seed);
  return (count, size) => Float32Array.from(uniform(random, count, size));
}

/** Weights as a kernel takes them, and the floats that they stand for. */
interface TestWeights {
  readonly data: Float32Array | Int8Array;
  readonly scales?: Float32Array;
  readonly restored: Float32Array;
}

/** @param weights [rows, ...]; int8 gives each row the scale that its largest weight needs */
export function quantiseForTest(weights: Float32Array, rows: number, int8: boolean): TestWeights {
  if (!int8) return { data: weights, restored: weights };
  const width = weights.length / rows;
  const data = new Int8Array(weights.length);
  const scales = new Float32Array(rows);
  const restored = new Float32Array(weights.length);
  for (let row = 0; row < rows; row++) {
    const part = weights.subarray(row * width, (row + 1) * width);
    const scale = Math.fround(part.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9) / 127);
    scales[row] = scale;
    part.forEach((value, i) => {
      const level = Math.max(-127, Math.min(127, Math.round(value / scale)));
      data[row * width + i] = level;
      restored[row * width + i] = level * scale;
    });
  }
  return { data, scales, restored };
}
