/** The training kernels as functions over one memory: the only entry for whoever trains. */
import { adamStep } from './adam/adamTrain.ts';
import { instantiate } from './binary/instantiate.ts';
import { profiled } from './binary/profiled.ts';
import { denseBackward, denseForward } from './dense/denseTrain.ts';
import { gruBackward, gruCacheFloats, gruForward, gruStates } from './gru/gruTrain.ts';
import { layerKernels } from './layerKernels.ts';
import { lstmBackward, lstmCacheFloats, lstmForward, lstmStates } from './lstm/lstmTrain.ts';
import { Machine } from './machine.ts';
import { rnnBackward, rnnCacheFloats, rnnForward, rnnStates } from './rnn/rnnTrain.ts';
import type { TrainExports } from './trainExports.ts';
import type {
  CachedStates,
  CellKind,
  RecurrentBackwardCall,
  RecurrentCall,
  TrainKernels,
  TrainKernelsOptions,
} from './trainTypes.ts';

export type * from './layerTypes.ts';
export type * from './trainTypes.ts';

interface Cell {
  cacheFloats(T: number, hidden: number, B: number): number;
  states(T: number, hidden: number, B: number): CachedStates;
  forward(machine: Machine, call: RecurrentCall): void;
  backward(machine: Machine, call: RecurrentBackwardCall): void;
}

const cells: Record<CellKind, Cell> = {
  rnn: { cacheFloats: rnnCacheFloats, states: rnnStates, forward: rnnForward, backward: rnnBackward },
  gru: { cacheFloats: gruCacheFloats, states: gruStates, forward: gruForward, backward: gruBackward },
  lstm: { cacheFloats: lstmCacheFloats, states: lstmStates, forward: lstmForward, backward: lstmBackward },
};

/** Reads its own binary: a file in Node, a fetch on the web. */
export async function loadTrainKernels(options: TrainKernelsOptions = {}): Promise<TrainKernels> {
  const { variant, exports } = await instantiate<TrainExports>(
    {
      plain: new URL('../build/train.plain.wasm', import.meta.url),
      relaxed: new URL('../build/train.relaxed.wasm', import.meta.url),
    },
    options.variant,
  );
  const wasm = options.profile ? profiled(exports, options.profile) : exports;
  const machine = new Machine(wasm);
  const { alloc, mark, release, f32, i32, memory } = machine;
  return {
    variant,
    memory,
    alloc,
    mark,
    release,
    f32,
    i32,
    recurrentCacheFloats: (cell, T, _input, hidden, B, rounds = false) =>
      cells[cell].cacheFloats(T, hidden, B) + (rounds ? T * hidden * B : 0),
    recurrentStates: (cell, T, hidden, B) => cells[cell].states(T, hidden, B),
    recurrentForward: (call) => cells[call.cell].forward(machine, call),
    recurrentBackward: (call) => cells[call.cell].backward(machine, call),
    denseForward: (call) => denseForward(machine, call),
    denseBackward: (call) => denseBackward(machine, call),
    adamStep: (call) => adamStep(machine, call),
    scale: wasm.scale,
    scaleSquares: wasm.scaleSquares,
    fill: (ptr, count, value) => void f32(ptr, count).fill(value),
    add: wasm.add,
    ...layerKernels(machine),
  };
}
