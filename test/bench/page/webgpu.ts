/** Runs the same graphs on the webgpu and on the fused engine, in turns, and leaves the times where the bench looks. */
import { createSession } from '../../../packages/inference/src/engine/engine.ts';
import { type StackCase, stackBytes } from '../../parity/graphs.ts';
import { randomFloats } from '../../parity/random.ts';
import { interleaved } from '../interleaved.ts';

export interface WebgpuTimes {
  readonly adapter: string;
  /** Computes on the processor. */
  readonly software: boolean;
  readonly cases: readonly {
    readonly name: string;
    /** Milliseconds a call, medians. */
    readonly webgpu: number;
    readonly fused: number;
    /** Largest difference of their results. */
    readonly off: number;
  }[];
}

declare global {
  interface Window {
    webgpuTimes?: WebgpuTimes | undefined;
    noWebgpu?: string;
  }
}

type Case = StackCase & { readonly name: string; readonly T: number; readonly B: number };

const ROUNDS = 7;
const CASES: readonly Case[] = [
  ...[1, 32, 256].map((B) => ({
    ...{ name: `GRU 1x128, T=50, batch ${B}`, seed: 1, input: 32, T: 50, B },
    layers: [{ op: 'GRU' as const, hidden: 128 }],
  })),
  ...[1, 32].map((B) => ({
    ...{ name: `bidirectional LSTM 1x512, T=20, batch ${B}`, seed: 2, input: 32, T: 20, B },
    layers: [{ op: 'LSTM' as const, hidden: 512, direction: 'bidirectional' as const }],
  })),
];

/** A GPU that the processor plays takes seconds for a call of the others, and its times are worth nothing. */
const SOFTWARE_ROUNDS = 2;
const SOFTWARE_CASES: readonly Case[] = [1, 32].map((B) => ({
  ...{ name: `GRU 1x32, T=5, batch ${B}`, seed: 1, input: 8, T: 5, B },
  layers: [{ op: 'GRU' as const, hidden: 32 }],
}));

async function measure(wanted: readonly Case[], rounds: number): Promise<WebgpuTimes['cases']> {
  const cases = [];
  for (const kase of wanted) {
    const bytes = stackBytes(kase);
    const x = { data: randomFloats(3)(kase.T * kase.B * kase.input, 1), shape: [kase.T, kase.B, kase.input] };
    const webgpu = await createSession(bytes, { engine: 'webgpu' });
    const fused = await createSession(bytes, { engine: 'fused' });
    const [mine, theirs] = [(await webgpu.run({ x })).y!.data, (await fused.run({ x })).y!.data];
    const off = mine.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0);
    const times = await interleaved(
      [
        { name: 'webgpu', run: () => webgpu.run({ x }) },
        { name: 'fused', run: () => fused.run({ x }) },
      ],
      rounds,
    );
    const median = (name: string): number => times.get(name)!.median / 1000;
    cases.push({ name: kase.name, webgpu: median('webgpu'), fused: median('fused'), off });
    await Promise.all([webgpu.dispose(), fused.dispose()]);
  }
  return cases;
}

async function start(): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const { vendor, architecture, device, isFallbackAdapter } = adapter.info;
  const name = [vendor, architecture, device].filter(Boolean).join(' ');
  const cases = await (isFallbackAdapter ? measure(SOFTWARE_CASES, SOFTWARE_ROUNDS) : measure(CASES, ROUNDS));
  window.webgpuTimes = { adapter: name, software: isFallbackAdapter, cases };
}

start().catch((error) => {
  window.noWebgpu = String(error);
});
