/** RNN, LSTM and GRU: what the fused engine's kernels run, with all steps of both directions in one dispatch. */
import { copyCall, packGpuRecurrent, recurrentCalls } from '@rivulet/kernels/webgpu';
import { recurrent, sourcesOf } from '../../fused/operators/recurrent.ts';
import { NOTHING } from '../../fused/operators/recurrentLayers.ts';
import { C0, directionOf, dirsOf, H0, LENGTHS, X } from '../../fused/operators/recurrentNode.ts';
import { count, type DeviceValue, shapeError, type Value } from '../../fused/value.ts';
import type { GpuPlace } from '../gpuBinder.ts';
import type { GpuOperator } from '../gpuOperator.ts';

export const gpuRecurrent: GpuOperator = {
  ...recurrent,
  // Weights are floats here and so is what meets them.
  takesRange: () => false,

  refuses(plan, facts) {
    const why = recurrent.refuses(plan, facts);
    if (why !== undefined) return why;
    const [first, ...others] = sourcesOf(plan, facts);
    return others.some(({ activation }) => activation !== first!.activation)
      ? 'directions of unlike activations'
      : undefined;
  },

  prepare(plan, loader) {
    const layer = packGpuRecurrent(loader.machine, sourcesOf(plan, loader));
    for (const i of [X, H0, C0]) loader.pin(plan.inputs[i]);
    const { node, outputs, lanesFirst } = plan;
    const dirs = dirsOf(node);
    const { hidden: H, input: I, gates } = layer;
    const reverse = Array.from({ length: dirs }, (_, d) => d === 1 || directionOf(node) === 'reverse');

    return (binder, inputs) => {
      const x = binder.device(inputs[X]!);
      const [T = 0, B = 0, features] = x.shape;
      if (x.shape.length !== 3 || features !== I) {
        throw shapeError(node.op, `X must be [T, B, ${I}]`, x.shape);
      }
      const given = inputs[LENGTHS];
      const lengths = given && binder.device(given, 'int32');
      if (lengths && String(lengths.shape) !== String([B])) {
        throw shapeError(node.op, `sequence_lens must be [${B}]`, lengths.shape);
      }
      if (lengths) binder.check({ op: node.op, what: 'length', size: T }, [0, T], lengths);
      const states = [dirs, B, H];
      const bytes = count(states) * 4;
      /** Initial states stand where the final ones will. */
      const state = (initial: Value | undefined, output: number, name: string, size: number) => {
        const wanted = outputs[output] ? binder.make(states) : undefined;
        const at = wanted?.buffer.at ?? binder.temporary(size);
        const given = initial && binder.device(initial);
        if (given && String(given.shape) !== String(states)) {
          throw shapeError(node.op, `${name} must be [${states.join(', ')}]`, given.shape);
        }
        if (given) {
          const walk = { sizes: [count(states)], strides: [[1], [1]] };
          binder.call(copyCall(walk, given.buffer.at, at));
        }
        return { wanted, at, given: given !== undefined };
      };
      const h = state(inputs[H0], 1, 'initial_h', bytes);
      const c0 = node.op === 'LSTM' ? inputs[C0] : undefined;
      const c = state(c0, 2, 'initial_c', node.op === 'RNN' ? 4 : bytes);
      const y: DeviceValue | undefined = outputs[0]
        ? binder.make(lanesFirst ? [T, B, dirs, H] : [T, dirs, B, H])
        : undefined;
      const calls = recurrentCalls<GpuPlace>(layer, binder.machine.limits, {
        ...{ T, B, reverse, x: x.buffer.at, lengths: lengths?.buffer.at },
        products: binder.temporary(T * B * dirs * gates * H * 4),
        ...{ h: h.at, c: c.at },
        given: { h: h.given, c: c.given },
        ...{ y: y?.buffer.at ?? binder.temporary(4), shown: y !== undefined },
        yStep: dirs * B * H,
        yRow: (lanesFirst ? dirs : 1) * H,
        yDirection: (lanesFirst ? 1 : B) * H,
      });
      binder.call(...calls);
      return [y, h.wanted, c.wanted].map((value) => value ?? NOTHING);
    };
  },
};
