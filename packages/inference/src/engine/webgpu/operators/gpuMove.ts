/** Transpose, Slice, Concat, Pad, Gather of known places, Expand, Tile, Split: one kernel that copies between strides. */
import { copyCall, fillCall } from '@rivulet/kernels/webgpu';
import type { MovingOperator } from '../../fused/operators/move.ts';
import { count, type DeviceValue } from '../../fused/value.ts';
import { merge } from '../../fused/walk.ts';
import type { GpuOperator } from '../gpuOperator.ts';

/** @param rules the fused engine's operator, which says where the numbers go */
export function gpuMoving({ move, ...rules }: MovingOperator): GpuOperator {
  const { hosted } = rules;
  return {
    ...rules,
    prepare({ node, inputs, outputs }, loader) {
      inputs.slice(0, hosted).forEach(loader.pin);
      return (binder, values) => {
        const { shapes, copies, fill } = move(node, values, outputs.length);
        const placed = values.slice(0, hosted).map((value) => value && binder.place(value));
        const [x] = placed as DeviceValue[];
        if (!copies) return [{ ...x!, shape: shapes[0]! }];
        const made = shapes.map((shape) => binder.make(shape, x!.type));
        if (fill !== undefined) binder.call(fillCall(count(shapes[0]!), fill, made[0]!.buffer.at));
        for (const { shape, input = 0, output = 0, from, to } of copies) {
          const { sizes, strides } = merge(shape, [from.strides, to.strides]);
          const walk = { sizes, strides, starts: [from.start, to.start] };
          binder.call(copyCall(walk, placed[input]!.buffer.at, made[output]!.buffer.at));
        }
        return made;
      };
    },
  };
}
