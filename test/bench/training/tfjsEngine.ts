/** TensorFlow.js with its WebAssembly backend, as its users train: layers, fit by batches, Adam. */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { TrainingEngine } from './engine.ts';
import type { Job } from './jobs.ts';

function network(job: Job) {
  const { cell, hidden: units, T, input, output, directions } = job;
  const model = sequential();
  for (let i = 0; i < job.layers; i++) {
    const inputShape = [T, i === 0 ? input : directions * units];
    // Its orthogonal initialiser needs the chained operators, which the core package alone does not bring.
    const options = { units, returnSequences: true, recurrentInitializer: 'glorotUniform' } as const;
    const layer =
      cell === 'lstm'
        ? layers.lstm({ ...options, recurrentActivation: 'sigmoid', inputShape })
        : layers.gru({ ...options, recurrentActivation: 'sigmoid', inputShape });
    model.add(directions === 2 ? layers.bidirectional({ layer, inputShape, mergeMode: 'concat' }) : layer);
  }
  model.add(layers.dense({ units: output }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  return model;
}

export async function openTfjs(): Promise<TrainingEngine> {
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    name: `tfjs ${tf.version_core} ${tf.getBackend()}`,
    async open(job) {
      const model = network(job);
      const x = tf.randomUniform([job.batch, job.T, job.input], -1, 1);
      const target = tf.randomUniform([job.batch, job.T, job.output], -1, 1);
      return async (steps) => {
        const times: number[] = [];
        for (let i = 0; i < steps; i++) {
          const started = performance.now();
          await model.trainOnBatch(x, target);
          times.push(performance.now() - started);
        }
        return times;
      };
    },
    async close() {
      tf.disposeVariables();
    },
  };
}
