/** What train.*.wasm exports. Pointers are byte offsets; the docstrings stand with the kernels (*.as.ts). */
import type { Pointer } from './trainTypes.ts';

type Kernel = (...args: number[]) => void;

export interface TrainExports {
  readonly memory: WebAssembly.Memory;
  readonly heapBase: WebAssembly.Global<'i32'>;
  readonly packRows: (panels: Pointer, w: Pointer, M: number, K: number) => void;
  readonly packColumns: (panels: Pointer, w: Pointer, M: number, K: number) => void;
  readonly gemmLanes: (panels: Pointer, M: number, K: number, x: Pointer, B: number, y: Pointer) => void;
  readonly outerLanes: (
    g: Pointer,
    gStep: number,
    M: number,
    x: Pointer,
    xStep: number,
    N: number,
    B: number,
    steps: number,
    dw: Pointer,
  ) => void;
  readonly rowSums: (g: Pointer, gStep: number, M: number, B: number, steps: number, db: Pointer) => void;
  readonly fillRows: (y: Pointer, T: number, M: number, B: number, bias: Pointer) => void;
  readonly lstmPack: (
    panels: Pointer,
    w: Pointer,
    r: Pointer,
    b: Pointer,
    input: number,
    hidden: number,
  ) => void;
  readonly lstmStepForward: Kernel;
  readonly lstmStepBackward: Kernel;
  readonly gruPack: (
    panels: Pointer,
    w: Pointer,
    r: Pointer,
    b: Pointer,
    input: number,
    hidden: number,
  ) => void;
  readonly gruPackInputGrad: (panels: Pointer, w: Pointer, input: number, hidden: number) => void;
  readonly gruStepForward: Kernel;
  readonly gruStepBackward: Kernel;
  readonly rnnBias: (a: Pointer, B: number, hidden: number, b: Pointer) => void;
  readonly rnnStepForward: Kernel;
  readonly rnnStepBackward: Kernel;
  readonly adamStep: Kernel;
  readonly activate: Kernel;
  readonly activateBackward: Kernel;
  readonly layerNormForward: Kernel;
  readonly layerNormBackward: Kernel;
  readonly embeddingForward: Kernel;
  readonly embeddingBackward: Kernel;
  readonly laneScores: Kernel;
  readonly laneMix: Kernel;
  readonly laneSoftmax: Kernel;
  readonly laneSoftmaxBackward: Kernel;
  readonly clearBeyond: Kernel;
  readonly meanForward: Kernel;
  readonly meanBackward: Kernel;
  readonly maxForward: Kernel;
  readonly maxBackward: Kernel;
  readonly scale: (ptr: Pointer, count: number, factor: number) => void;
  readonly add: (dst: Pointer, src: Pointer, count: number) => void;
}
