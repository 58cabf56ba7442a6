/** The kernels of the layers beside the recurrent ones, over one memory. */
import { attentionBackward, attentionForward } from './attention/attentionTrain.ts';
import { convBackward, convForward } from './conv/convTrain.ts';
import type { Activation, LayerKernels } from './layerTypes.ts';
import type { Machine } from './machine.ts';

const KINDS: Readonly<Record<Activation, number>> = { relu: 0, tanh: 1, sigmoid: 2, softplus: 3 };

export function layerKernels(machine: Machine): LayerKernels {
  const { wasm } = machine;
  return {
    sgdStep: ({ count, w, g, m, lr, momentum, weightDecay, nesterov }) =>
      wasm.sgdStep(count, w, g, m, lr, momentum, weightDecay, nesterov ? 1 : 0),
    addScaled: wasm.addScaled,
    clamp: wasm.clampAll,
    activate: (kind, y, count) => wasm.activate(KINDS[kind], y, count),
    activateBackward: (kind, y, dy, count) => wasm.activateBackward(KINDS[kind], y, dy, count),
    convForward: (call) => convForward(machine, call),
    convBackward: (call) => convBackward(machine, call),
    dropout({ rows, lanes, x, out, keys, rate, accumulate }) {
      const { words } = machine.scratch({ words: lanes });
      machine.i32(words, lanes).set(keys);
      const threshold = Math.round(rate * 2 ** 16);
      wasm.dropout(x, out, words, rows, lanes, threshold, 1 / (1 - rate), accumulate ? 1 : 0);
    },
    layerNormForward: ({ T, F, B, x, gain, bias, eps, y, mean, rstd }) =>
      wasm.layerNormForward(T, F, B, x, gain, bias, eps, y, mean, rstd),
    layerNormBackward({ T, F, B, x, gain, mean, rstd, dy, dx, dgain, dbias }) {
      wasm.layerNormBackward(T, F, B, x, gain, mean, rstd, dy, dx, dgain);
      wasm.rowSums(dy, 4 * F * B, F, B, T, dbias);
    },
    embeddingForward: ({ T, B, E, ids, table, y }) => wasm.embeddingForward(T, B, E, ids, table, y),
    embeddingBackward: ({ T, B, E, ids, table, y }) => wasm.embeddingBackward(T, B, E, ids, y, table),
    attentionForward: (call) => attentionForward(machine, call),
    attentionBackward: (call) => attentionBackward(machine, call),
    poolForward({ T, F, B, kind, x, lens, y, places }) {
      if (kind === 'mean') wasm.meanForward(T, F, B, x, lens, y);
      else wasm.maxForward(T, F, B, x, lens, y, places);
    },
    poolBackward({ T, F, B, kind, lens, dy, dx, places }) {
      if (kind === 'mean') wasm.meanBackward(T, F, B, lens, dy, dx);
      else wasm.maxBackward(F, B, places, dy, dx);
    },
    roundRows: ({ T, F, B, levels, x, y }) => wasm.roundRows(x, y, T, F, B, levels),
    clearBeyond: wasm.clearBeyond,
    copy: machine.copy,
  };
}
