/** One step of a layer of one unit with one input, for each x as a sequence of its own. */
import { bindRecurrent, type InferMachine, type RecurrentLayer } from '../infer.ts';

/**
 * @param machine that the layer was packed in
 * @param state what h (and c) begins with
 * @returns h after the step
 */
export function stepOf(
  machine: InferMachine,
  layer: RecurrentLayer,
  x: Float32Array,
  state: number,
): Float32Array {
  const B = x.length;
  let top = machine.workspace;
  const allocate = (bytes: number): number => {
    const at = top;
    top += (bytes + 15) & ~15;
    return at;
  };
  const states = allocate(B * 4);
  const at = { x: allocate(B * 4), h0: states, c0: states, hn: 0, cn: 0, y: allocate(B * 4) };
  const places = { ...at, lengths: 0, yStep: B * 4, yRow: 4 };
  const bound = bindRecurrent(machine, layer, { T: 1, B, reverse: false, ...places }, allocate);
  machine.reserve(top - machine.workspace);
  machine.f32.set(x, at.x >> 2);
  machine.f32.fill(state, states >> 2, (states >> 2) + B);
  bound.describe();
  machine.wasm.recurrent(bound.at);
  return machine.f32.slice(at.y >> 2, (at.y >> 2) + B);
}
