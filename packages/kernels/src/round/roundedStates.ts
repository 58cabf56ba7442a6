/** The states that R meets, where a recurrent layer is trained for an engine that rounds them. */
import type { Machine } from '../machine.ts';
import type { RecurrentCall } from '../trainTypes.ts';

/**
 * @param states [T+1][H][B] in the order of walking
 * @param rounded [T][H][B], the end of the cache; only there where the call has levels
 * @returns where the operand of step s stands, rounded there by `round(s)` once the state is
 */
export function roundedStates({ wasm }: Machine, call: RecurrentCall, states: number, rounded: number) {
  const { hidden, B, levels } = call;
  const unit = 4 * hidden * B;
  const all = levels ? rounded : states;
  return {
    all,
    round(s: number): number {
      if (levels) wasm.roundRows(states + s * unit, all + s * unit, 1, hidden, B, levels);
      return all + s * unit;
    },
  };
}
