/** Transpose, Slice, Concat, Pad, Gather of known places, Expand, Tile, Split: one kernel that copies between strides. */
import { copyCall, fillCall, type GpuCall } from '@rivulet/kernels/webgpu';
import type { MovingOperator } from '../../fused/operators/move.ts';
import { count, type DeviceValue } from '../../fused/value.ts';
import { merge } from '../../fused/walk.ts';
import type { GpuBinder, GpuPlace } from '../gpuBinder.ts';
import type { GpuOperator } from '../gpuOperator.ts';

/** The same number everywhere. The kernel for that writes floats: an integer is copied, as its bits. */
function filled(binder: GpuBinder, { type, shape, buffer }: DeviceValue, fill: number): GpuCall<GpuPlace> {
  const size = count(shape);
  if (type === 'float32') return fillCall(size, fill, buffer.at);
  const number = binder.place({ place: 'host', type, shape: [], data: [fill] });
  return copyCall({ sizes: [size], strides: [[0], [1]] }, number.buffer.at, buffer.at);
}

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
        if (fill !== undefined) binder.call(filled(binder, made[0]!, fill));
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
