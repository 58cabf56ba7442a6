/**
 * What the benched jobs train on: one batch of uniform random numbers, drawn once, and the mean squared error. It
 * runs wherever the trainer does, in a thread of Node and in a worker of a browser.
 */
import type { Task, TaskData } from '../../../packages/training/src/task.ts';
import { randomFloats } from '../../parity/random.ts';

export const task: Task = {
  async prepare(recipe): Promise<TaskData> {
    const { T, output } = recipe.data as { T: number; output: number };
    const input = recipe.network.inputs.x!;
    const { batch: size } = recipe;
    const shards = new Map<number, { readonly x: Float32Array; readonly target: Float32Array }>();
    return {
      trainCount: size,
      valCount: 1,
      trainLength: () => T,
      batch(_, indices) {
        const lanes = Math.ceil(indices.length / 8) * 8;
        let shard = shards.get(lanes);
        if (!shard) {
          const draw = randomFloats(lanes);
          shard = { x: draw(T * input * lanes, 1), target: draw(T * output * lanes, 1) };
          shards.set(lanes, shard);
        }
        const x = { data: shard.x, T, F: input, lanes };
        return { size: indices.length, lanes, inputs: { x }, target: shard.target };
      },
      loss({ y }, _, batch, gradients) {
        const target = batch.target as Float32Array;
        const { data } = y!;
        const scale = 1 / (T * output);
        // The bench never validates: a gradient is always asked for.
        const gradient = gradients!.y!;
        let sum = 0;
        for (let i = 0; i < data.length; i++) {
          const error = data[i]! - target[i]!;
          sum += error * error;
          gradient[i] = 2 * scale * error;
        }
        return { sum: sum * scale, weight: batch.size };
      },
      score: () => ({}),
      figures: () => ({ best: 0 }),
    };
  },
  manifest() {
    throw new Error('a benched job exports no model');
  },
  parity: () => [],
};
