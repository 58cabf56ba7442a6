/**
 * Training kernels on one core: `node packages/kernels/src/bench.ts [plain|relaxed]`.
 *
 * sgemm is the inner product alone, at the sizes a recurrent step has; attention is of as many queries as keys. The jobs
 * are forward and backward of a whole network (dense layer on top, AdamW included), the two of the published
 * comparison: A, a 2-layer bidirectional LSTM, hidden 64 a direction, input 16, output 80, batch 32, T = 128; B, a GRU,
 * hidden 128, input 8, batch 32, T = 96. GFLOP count multiply and add of matrix products only, three times the
 * forward's.
 */
import { benchAttention } from './attention/attention.bench.ts';
import { hasRelaxedSimd } from './binary/hasRelaxedSimd.ts';
import { benchGemm } from './gemm/gemm.bench.ts';
import { benchJob, type Job } from './testing/benchJob.ts';
import { loadTrainKernels, type Variant } from './train.ts';

const jobs: Job[] = [
  { name: 'A', cell: 'lstm', T: 128, B: 32, input: 16, hidden: 64, layers: 2, directions: 2, output: 80 },
  { name: 'B', cell: 'gru', T: 96, B: 32, input: 8, hidden: 128, layers: 1, directions: 1, output: 9 },
  { name: 'C', cell: 'lstm', T: 100, B: 32, input: 6, hidden: 128, layers: 3, directions: 2, output: 80 },
];

const asked = process.argv[2] as Variant | undefined;
const variants: Variant[] = asked ? [asked] : hasRelaxedSimd() ? ['relaxed', 'plain'] : ['plain'];
for (const variant of variants) {
  console.log(`\n${variant} SIMD`);
  const kernels = await loadTrainKernels({ variant });
  for (const [M, K, B] of [
    [256, 80, 32],
    [256, 192, 32],
    [64, 256, 32],
    [512, 384, 32],
    [128, 512, 32],
  ] as const) {
    console.log(`sgemm ${M}x${K}x${B}: ${(await benchGemm(variant, M, K, B)).toFixed(1)} GFLOP/s`);
  }
  for (const [steps, features, B] of [
    [64, 64, 32],
    [20, 32, 64],
  ] as const) {
    const { forward, backward } = await benchAttention(variant, steps, features, B);
    console.log(
      `attention of ${steps} steps, ${features} features, B ${B}: ${forward.toFixed(1)} forward, ` +
        `${backward.toFixed(1)} GFLOP/s backward`,
    );
  }
  for (const job of jobs) {
    const { milliseconds, gflops, forward } = benchJob(kernels, job);
    const { name, cell, layers, directions, hidden, input, B, T } = job;
    console.log(
      `job ${name} (${cell} ${directions === 2 ? 'bi ' : ''}${layers}x${hidden}, input ${input}, B ${B}, T ${T}): ` +
        `${milliseconds.toFixed(1)} ms a step (${forward.toFixed(1)} forward), ${gflops.toFixed(1)} GFLOP/s`,
    );
  }
}
