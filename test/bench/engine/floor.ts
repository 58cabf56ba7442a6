/**
 * What this machine could do at best: a WebAssembly loop of nothing but the instruction that a kernel stands on, its
 * operands in the first-level cache, eight sums at a time. No kernel is faster; how far it is behind is its quality.
 */
import { hasRelaxedSimd } from '../../../packages/kernels/src/binary/hasRelaxedSimd.ts';

/** Multiplications (with their additions) a microsecond. */
export interface Peaks {
  /** i32x4.dot_i16x8_s: int8 weights and int16 activations in plain SIMD. */
  readonly dot16: number;
  /** f32x4.mul and f32x4.add. */
  readonly float32: number;
  /** i32x4.relaxed_dot_i8x16_i7x16_add_s, halved: activations of 14 bits take two. */
  readonly relaxedDot: number | undefined;
  /** i16x8.relaxed_dot_i8x16_i7x16_s and i32x4.dot_i16x8_s with ones: activations of 7 bits where no dot adds fast. */
  readonly sevenBit: number | undefined;
  /** f32x4.relaxed_madd. */
  readonly relaxedFloat32: number | undefined;
}

const SIMD = 0xfd;
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)]);
const simd = (code: number): number[] => [SIMD, ...leb(code)];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const load = (offset: number): number[] => [...simd(0x00), 4, ...leb(offset)];
const section = (id: number, ...bytes: number[]): number[] => [id, ...leb(bytes.length), ...bytes];

/** Locals: the turns left, eight sums, the operand that every product shares, where the others are, a second one. */
const [TURNS, SUMS, SHARED, AT, ONES, WAYS] = [0, 1, 9, 10, 11, 8];
const SUM_ADD = { i32: simd(0xae), f32: simd(0xe4) } as const;

/** How a loop turns [sum, operand, shared] of each of its eight ways into the new sum, on the stack machine. */
interface Loop {
  readonly fused: boolean;
  readonly product: readonly number[];
  readonly add: readonly number[];
  /** Multiplications of one product. */
  readonly lanes: number;
}

const LOOPS: Readonly<Record<keyof Peaks, Loop>> = {
  dot16: { fused: false, product: simd(0xba), add: SUM_ADD.i32, lanes: 8 },
  float32: { fused: false, product: simd(0xe6), add: SUM_ADD.f32, lanes: 4 },
  relaxedDot: { fused: true, product: simd(0x113), add: [], lanes: 8 },
  sevenBit: {
    fused: false,
    product: [...simd(0x112), ...get(ONES), ...simd(0xba)],
    add: SUM_ADD.i32,
    lanes: 16,
  },
  relaxedFloat32: { fused: true, product: simd(0x105), add: [], lanes: 4 },
};

function moduleOf({ fused, product, add }: Loop): Uint8Array<ArrayBuffer> {
  const turn: number[] = [];
  for (let way = 0; way < WAYS; way++) {
    const operands = [...get(AT), ...load(16 * way), ...get(SHARED)];
    const sum = get(SUMS + way);
    turn.push(...(fused ? [...operands, ...sum, ...product] : [...sum, ...operands, ...product, ...add]));
    turn.push(...set(SUMS + way));
  }
  const sums = Array.from({ length: WAYS - 1 }, (_, way) => [...get(SUMS + 1 + way), ...SUM_ADD.i32]).flat();
  const body = [
    ...[3, 9, 0x7b, 1, 0x7f, 1, 0x7b], // nine locals of type v128, one i32, one v128
    ...[0x41, 0, ...load(0), ...set(SHARED)],
    ...[0x41, 0, ...load(16), ...set(ONES)],
    // A loop over eight places, (turns & 7) << 7: of one place, an engine would compute the products once.
    ...[0x03, 0x40, ...get(TURNS), 0x41, 7, 0x71, 0x41, 7, 0x74, ...set(AT), ...turn],
    ...[...get(TURNS), 0x41, 1, 0x6b, 0x22, TURNS, 0x0d, 0, 0x0b], // turns - 1, again if not 0, end
    ...[...get(SUMS), ...sums, ...simd(0x1b), 0, 0x0b], // lane 0 of the sum of sums, so that nothing is left out
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...section(1, 1, 0x60, 1, 0x7f, 1, 0x7f), // type 0: (i32) -> i32
    ...section(3, 1, 0), // function 0 has type 0
    ...section(5, 1, 0, 1), // a memory of one page
    ...section(7, 1, 1, 0x66, 0, 0), // export "f"
    ...section(10, 1, ...leb(body.length), ...body),
  ]);
}

const TURNS_A_CALL = 4000;

/** @returns a call, and the multiplications that it makes */
export function peakLoop(name: keyof Peaks): { readonly run: () => void; readonly multiplications: number } {
  const loop = LOOPS[name];
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(loop))).exports as {
    f(turns: number): number;
  };
  return { run: () => void f(TURNS_A_CALL), multiplications: TURNS_A_CALL * WAYS * loop.lanes };
}

/** Browsers round their clocks to 0.1 ms: a round must last some of them. */
const ROUND_CALLS = 500;

/** The fastest of many short rounds, the loops in turns. */
export function measurePeaks(rounds = 40): Peaks {
  const names: (keyof Peaks)[] = ['dot16', 'float32'];
  if (hasRelaxedSimd()) names.push('relaxedDot', 'sevenBit', 'relaxedFloat32');
  const loops = names.map((name) => ({ name, best: 0, ...peakLoop(name) }));
  for (let round = 0; round < rounds; round++) {
    for (const loop of loops) {
      const started = performance.now();
      for (let i = 0; i < ROUND_CALLS; i++) loop.run();
      const microseconds = (performance.now() - started) * 1000;
      loop.best = Math.max(loop.best, (ROUND_CALLS * loop.multiplications) / microseconds);
    }
  }
  const peaks: Partial<Record<keyof Peaks, number>> = {};
  for (const { name, best } of loops) peaks[name] = best;
  return peaks as Peaks;
}
