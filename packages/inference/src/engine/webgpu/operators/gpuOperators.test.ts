/** What operators ask of a GPU for numbers that are no float32. What comes of it is tested in a browser. */
import { attr, type OnnxNode } from '@rivulet/core';
import type { GpuMachine } from '@rivulet/kernels/webgpu';
import { expect, it } from 'vitest';
import type { ElementType, HostValue, Value } from '../../fused/value.ts';
import { GpuBinder } from '../gpuBinder.ts';
import type { GpuLoader, GpuOperator } from '../gpuOperator.ts';
import { GPU_OPERATORS } from './gpuOperators.ts';

function bound(
  op: string,
  attributes: OnnxNode['attributes'],
  inputs: (binder: GpuBinder) => readonly Value[],
) {
  const binder = new GpuBinder({} as GpuMachine);
  const values = inputs(binder);
  const node = { op, inputs: values.map((_, i) => `${i}`), outputs: ['y'], attributes };
  const loader = { opset: 21, constant: () => undefined, isHost: () => false, pin() {} };
  const operator = GPU_OPERATORS[op] as GpuOperator;
  const plan = { node, ...node };
  const [y] = operator.prepare(plan, loader as Partial<GpuLoader> as GpuLoader)(binder, values, plan);
  return { binder, values, y: y!, kernels: binder.steps.map(({ kernel }) => kernel) };
}

const host = (...data: number[]): HostValue => ({
  place: 'host',
  type: 'int32',
  shape: [data.length],
  data,
});

it.each<ElementType>(['float32', 'int32'])('a Cast of %s to float16 gives floats', (type) => {
  const [half, float] = [10, 1].map((to) =>
    bound('Cast', { to: attr.int(to) }, (binder) => [binder.feed([3], type)]),
  );
  expect(half!.y).toEqual(float!.y);
  expect(half!.y.type).toBe('float32');
  expect(half!.binder.steps).toEqual(float!.binder.steps);
});

it('the exponents of a Pow become floats', () => {
  const { kernels, binder, y } = bound('Pow', {}, (made) => [made.feed([3], 'float32'), host(2)]);
  expect(kernels).toEqual(['words', 'floats']);
  expect(binder.steps[1]!.storage[1]).toBe(binder.steps[0]!.storage.at(-1));
  expect(y).toMatchObject({ type: 'float32', shape: [3] });
});

it('a Pad of integers is filled with an integer', () => {
  const { kernels, binder } = bound('Pad', {}, (made) => [made.feed([3], 'int32'), host(0, 2), host(7)]);
  expect(kernels).toEqual(['copy', 'copy']);
  expect(binder.places).toContainEqual({ data: Int32Array.of(7) });
});
