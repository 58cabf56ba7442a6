/** Samples by writer: those with enough of them, each in an order drawn from a seed. */
import { type LabelledInk, Random } from '@rivulet/training';

/** @returns writers in the order of their names */
export function samplesByWriter(samples: readonly LabelledInk[], least: number): [string, LabelledInk[]][] {
  return [...Map.groupBy(samples, ({ contributor, writer }) => `${contributor} ${writer}`)]
    .filter(([, own]) => own.length >= least)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([writer, own]) => {
      const order = Random.fromSeed(1)
        .derive(writer)
        .shuffle(Int32Array.from(own, (_, k) => k));
      return [writer, Array.from(order, (k) => own[k]!)];
    });
}
