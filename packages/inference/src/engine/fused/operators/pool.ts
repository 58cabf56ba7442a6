/** MaxPool and AveragePool in any number of dimensions. */
import { attributeOf } from '@rivulet/core';
import { type Compute, computed } from '../computed.ts';
import type { Operator } from '../operator.ts';
import { count, stridesOf } from '../value.ts';
import { windowsOf } from './windows.ts';

const pool: Compute = (node, [x]) => {
  const windows = windowsOf(node, x!.shape);
  const shape = [...x!.shape.slice(0, 2), ...windows.map(({ outputs }) => outputs)];
  const most = node.op === 'MaxPool';
  const zerosCount = attributeOf(node, 'count_include_pad', 'int', 0) !== 0;
  const [reads, writes] = [stridesOf(x!.shape).slice(2), stridesOf(shape).slice(2)];
  const kernels = windows.map(({ kernel }) => kernel);
  const turns = stridesOf(kernels);
  const [size, outputs, looks] = [count(x!.shape.slice(2)), count(shape.slice(2)), count(kernels)];
  return {
    outputs: [{ shape, type: x!.type }],
    run([data], [out]) {
      for (let o = 0; o < out!.length; o++) {
        const base = Math.floor(o / outputs) * size;
        let result = most ? Number.NEGATIVE_INFINITY : 0;
        let seen = 0;
        for (let k = 0; k < looks; k++) {
          let at = base;
          let [inside, counted] = [true, true];
          windows.forEach(({ size: n, outputs: places, stride, dilation, kernel, before, after }, d) => {
            const window = Math.floor((o % outputs) / writes[d]!) % places;
            const place = window * stride - before + (Math.floor(k / turns[d]!) % kernel) * dilation;
            inside &&= place >= 0 && place < n;
            counted &&= place < n + after;
            at += place * reads[d]!;
          });
          if (inside) result = most ? Math.max(result, data![at]!) : result + data![at]!;
          if (zerosCount ? counted : inside) seen++;
        }
        out![o] = most ? result : result / seen;
      }
    },
  };
};

const oneOutput = ({ outputs }: { readonly outputs: readonly string[] }): string | undefined =>
  outputs[1] ? 'places of the largest' : undefined;

export const POOL: Readonly<Record<string, Operator>> = {
  MaxPool: computed(pool, { refuses: oneOutput }),
  AveragePool: computed(pool),
};
