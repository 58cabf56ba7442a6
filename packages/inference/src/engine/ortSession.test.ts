/** What a session on onnxruntime-web promises of calls that overlap. */
import { writeOnnx } from '@rivulet/core';
import { expect, it } from 'vitest';
import { failure } from '../testing/failure.ts';
import { createOrtSession } from './ortSession.ts';

const value = (name: string) => ({ name, type: 'float32' as const, shape: ['n'] });
const bytes = writeOnnx({
  irVersion: 10,
  opset: 21,
  graph: {
    name: 'one',
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: [],
    inputs: [value('x')],
    outputs: [value('y')],
  },
});
const open = () => createOrtSession(bytes, () => import('onnxruntime-web/wasm'));

it('what is fed may be written into after the call', async () => {
  const session = await open();
  const [data, shape] = [new Float32Array(2), [2]];
  const calls = [1, 2, 3].map((number) => {
    data.fill(number);
    return session.run({ x: { data, shape } });
  });
  data.fill(99);
  shape[0] = 7;
  for (const [i, { y }] of (await Promise.all(calls)).entries()) {
    expect(y).toEqual({ data: new Float32Array(2).fill(i + 1), shape: [2] });
  }
  await session.dispose();
});

it('calls made before disposing have their results', async () => {
  const session = await open();
  const feeds = { x: { data: Float32Array.of(3), shape: [1] } };
  const calls = [session.run(feeds), session.run(feeds)];
  await session.dispose();
  for (const { y } of await Promise.all(calls)) expect(y!.data[0]).toBe(3);
  expect(await failure(session.run(feeds))).toMatchObject({ code: 'DISPOSED' });
});
