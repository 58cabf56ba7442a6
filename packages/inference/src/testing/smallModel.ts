/** A network by hand, for tests: x [T, B, 3] -> y [T, 1, B, 2], y = tanh of the first two features. */
import { attr, type OnnxModel } from '@rivulet/core';
import type { AnyTensor } from '../engine/engine.ts';

export const smallModel: OnnxModel = {
  irVersion: 10,
  opset: 21,
  graph: {
    name: 'small',
    nodes: [{ op: 'RNN', inputs: ['x', 'w', 'r'], outputs: ['y'], attributes: { hidden_size: attr.int(2) } }],
    initializers: [
      { name: 'w', shape: [1, 2, 3], type: 'float32', data: Float32Array.of(1, 0, 0, 0, 1, 0) },
      { name: 'r', shape: [1, 2, 2], type: 'float32', data: new Float32Array(4) },
    ],
    inputs: [{ name: 'x', type: 'float32', shape: ['T', 'B', 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['T', 1, 'B', 2] }],
  },
};

/** A sequence of 0.5; a million steps take a while. */
export const halves = (steps: number): Record<string, AnyTensor> => ({
  x: { data: new Float32Array(steps * 3).fill(0.5), shape: [steps, 1, 3] },
});
