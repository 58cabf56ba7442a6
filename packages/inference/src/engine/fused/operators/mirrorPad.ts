/** Pad with the tensor's own numbers: its edge, its reflection, or its other end. */
import { attributeOf } from '@rivulet/core';
import { type Compute, computed } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { count, shapeError, stridesOf } from '../value.ts';
import { padsOf } from './move.ts';

/** Place `at`, counted from the first of n numbers, as one of theirs. */
const PLACES: Readonly<Record<string, (at: number, n: number) => number>> = {
  edge: (at, n) => Math.min(Math.max(at, 0), n - 1),
  /** Back and forth, the numbers at the ends once each. */
  reflect(at, n) {
    const period = Math.max(1, 2 * (n - 1));
    const place = ((at % period) + period) % period;
    return place < n ? place : period - place;
  },
  wrap: (at, n) => ((at % n) + n) % n,
};

const modeOf = (node: Parameters<Compute>[0]): string => attributeOf(node, 'mode', 'string', 'constant');

const pad: Compute = (node, inputs) => {
  const { shape: own, type } = inputs[0]!;
  const { before, shape } = padsOf(node, inputs);
  if (own.some((n, d) => n === 0 && shape[d] !== 0)) throw shapeError(node.op, 'nothing to pad with', own);
  const placeOf = PLACES[modeOf(node)]!;
  const [reads, writes] = [stridesOf(own), stridesOf(shape)];
  // Where each place of a dimension is read.
  const offsets = shape.map((size, d) =>
    Int32Array.from({ length: size }, (_, i) => placeOf(i - before[d]!, own[d]!) * reads[d]!),
  );
  return {
    outputs: [{ shape, type }],
    run([data], [out]) {
      for (let i = 0; i < count(shape); i++) {
        let at = 0;
        for (let d = 0; d < shape.length; d++) at += offsets[d]![Math.floor(i / writes[d]!) % shape[d]!]!;
        out![i] = data![at]!;
      }
    },
  };
};

export const mirrorPad: Operator = computed(pad, {
  hosted: 1,
  refuses: ({ node }) => (Object.hasOwn(PLACES, modeOf(node)) ? undefined : `mode=${modeOf(node)}`),
});
