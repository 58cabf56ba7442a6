/** Recurrent layers of a node in a graph of known shapes: where they read and write, and the step that runs each. */
import { RivuletError } from '@rivulet/core';
import { bindRecurrent, type Pointer, type RecurrentLayer } from '@rivulet/kernels/infer';
import type { Binder } from '../binder.ts';
import type { Bind, PlanNode } from '../operator.ts';
import { type DeviceValue, shapeError, type Value } from '../value.ts';
import { C0, directionOf, H0, LENGTHS, X } from './recurrentNode.ts';

/** @param directions of all of the node, forward first */
export function bindLayers(
  { node, outputs, lanesFirst, only }: PlanNode,
  directions: readonly RecurrentLayer[],
  binder: Binder,
  inputs: Parameters<Bind>[1],
): Value[] {
  const { machine } = binder;
  const layers = only === undefined ? directions : [directions[only]!];
  const { hidden: H, input: I } = layers[0]!;
  const dirs = layers.length;
  const x = binder.device(inputs[X]!);
  const [T, batch, features] = x.shape;
  if (x.shape.length !== 3 || features !== I) throw shapeError(node.op, `X must be [T, B, ${I}]`, x.shape);
  const given = inputs[LENGTHS];
  const lengths = given && binder.device(given, 'int32');
  if (lengths && String(lengths.shape) !== String([batch])) {
    throw shapeError(node.op, `sequence_lens must be [${batch}]`, lengths.shape);
  }
  const state = (i: number, name: string): DeviceValue | undefined => {
    const fed = inputs[i];
    const value = fed && binder.device(fed);
    if (value && String(value.shape) !== String([dirs, batch, H])) {
      throw shapeError(node.op, `${name} must be [${dirs}, ${batch}, ${H}]`, value.shape);
    }
    return value;
  };
  const h0 = state(H0, 'initial_h');
  const c0 = node.op === 'LSTM' ? state(C0, 'initial_c') : undefined;

  const B = batch!;
  const y = outputs[0] ? binder.make(lanesFirst ? [T!, B, dirs, H] : [T!, dirs, B, H]) : undefined;
  const finalH = outputs[1] ? binder.make([dirs, B, H]) : undefined;
  const finalC = outputs[2] ? binder.make([dirs, B, H]) : undefined;
  const directed = (states: DeviceValue | undefined, d: number): number =>
    states ? states.buffer.at + d * B * H * 4 : 0;
  // Directions run one after the other: what one needs for a run serves the next, which asks for the same.
  const scratch: Pointer[] = [];
  layers.forEach((layer, d) => {
    let asked = 0;
    const bound = bindRecurrent(
      machine,
      layer,
      {
        T: T!,
        B,
        reverse: (only ?? d) === 1 || directionOf(node) === 'reverse',
        x: x.buffer.at,
        lengths: lengths?.buffer.at ?? 0,
        h0: directed(h0, d),
        c0: directed(c0, d),
        hn: directed(finalH, d),
        cn: directed(finalC, d),
        y: y ? y.buffer.at + d * H * 4 * (lanesFirst ? 1 : B) : 0,
        yStep: dirs * B * H * 4,
        yRow: (lanesFirst ? dirs : 1) * H * 4,
      },
      (bytes) => {
        const i = asked++;
        // The description, which each has for itself.
        if (i === 0) return binder.keep(bytes);
        scratch[i] ??= binder.temporary(bytes);
        return scratch[i];
      },
    );
    binder.enter(bound.describe);
    const lengthsAt = lengths && lengths.buffer.at >> 2;
    const { recurrent } = machine.wasm;
    binder.step(() => {
      if (lengthsAt) checkLengths(machine.i32.subarray(lengthsAt, lengthsAt + B), T!);
      recurrent(bound.at);
    });
  });
  return [y, finalH, finalC].map((value) => value ?? NOTHING);
}

/** Stands for an output nobody asked for. */
export const NOTHING: Value = { place: 'host', type: 'float32', shape: [0], data: [] };

/** @throws ARGUMENT */
export function checkLengths(lengths: ArrayLike<number>, T: number): void {
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    if (length < 0 || length > T) {
      throw new RivuletError('ARGUMENT', `a length must lie in 0 ... ${T}, got ${length}`, { length, T });
    }
  }
}
