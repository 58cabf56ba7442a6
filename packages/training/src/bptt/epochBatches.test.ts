import { describe, expect, it } from 'vitest';
import { Random } from '../random.ts';
import { epochBatches } from './epochBatches.ts';
import { takeShard } from './shardGradient.ts';

const lengths = Int32Array.from({ length: 1000 }, (_, i) => 1 + ((i * 7919) % 97));
const batchesOf = (epoch: number, buckets: number) =>
  epochBatches(lengths, 16, buckets, Random.fromSeed(1).derive(epoch));

describe('the batches of an epoch', () => {
  it('hold every sample once, and as many batches whatever the buckets', () => {
    for (const buckets of [1, 4, 1000]) {
      const batches = batchesOf(0, buckets);
      expect(batches).toHaveLength(63);
      const all = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);
      expect(all).toEqual(Array.from(lengths, (_, i) => i));
    }
  });
  it('are the same for the same epoch, others for another', () => {
    expect(batchesOf(3, 8)).toEqual(batchesOf(3, 8));
    expect(batchesOf(3, 8)).not.toEqual(batchesOf(4, 8));
  });
  it('hold samples of like length when there are buckets, and come in no order of length', () => {
    const spread = (buckets: number) => {
      const spans = batchesOf(0, buckets).map((batch) => {
        const own = Array.from(batch, (i) => lengths[i]!);
        return Math.max(...own) - Math.min(...own);
      });
      return spans.reduce((a, b) => a + b) / spans.length;
    };
    expect(spread(16)).toBeLessThan(spread(1) / 5);
    const firsts = batchesOf(0, 63).map((batch) => lengths[batch[0]!]!);
    expect(firsts).not.toEqual([...firsts].sort((a, b) => a - b));
  });
});

describe('takeShard', () => {
  it('deals the samples out, evenly in length, all of them', () => {
    const samples = Int32Array.of(10, 11, 12, 13, 14);
    const shards = [0, 1, 2].map((thread) => takeShard(samples, thread, 3));
    expect(shards.map(({ indices }) => [...indices])).toEqual([[10, 13], [11, 14], [12]]);
    expect([...shards[1]!.positions]).toEqual([1, 4]);
    expect(takeShard(Int32Array.of(1), 1, 2).indices).toHaveLength(0);
  });
});
