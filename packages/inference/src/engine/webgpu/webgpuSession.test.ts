/** Where there is no WebGPU: in Node. What it computes is tested in a browser. */
import { writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { failure } from '../../testing/failure.ts';
import { createSession } from '../engine.ts';

const bytes = (op: string): Uint8Array =>
  writeOnnx({
    irVersion: 10,
    opset: 21,
    graph: {
      name: 'one',
      nodes: [{ op, name: 'only', inputs: ['x'], outputs: ['y'], attributes: {} }],
      initializers: [],
      inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['n'] }],
    },
  });

it('is an error that says so', async () => {
  const session = createSession(bytes('Relu'), { engine: 'webgpu' });
  expect(await failure(session)).toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    details: { engine: 'webgpu', reason: expect.stringContaining('navigator.gpu') },
  });
});

it('refuses a graph by its operator before it asks for a GPU', async () => {
  const session = createSession(bytes('Sin'), { engine: 'webgpu' });
  expect(await failure(session)).toMatchObject({
    code: 'ONNX_UNSUPPORTED',
    details: { op: 'Sin', node: 'only', why: 'not covered' },
  });
});
