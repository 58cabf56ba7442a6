/** What train.*.wasm exports. Pointers are byte offsets; the docstrings stand with the kernels (*.as.ts). */
import type { Pointer } from './trainTypes.ts';

type Kernel = (...args: number[]) => void;
type Gemm = (
  panels: Pointer,
  M: number,
  K: number,
  x: Pointer,
  xRow: number,
  blocks: number,
  y: Pointer,
  yRow: number,
  lens: Pointer,
  t: number,
) => void;

export interface TrainExports {
  readonly memory: WebAssembly.Memory;
  readonly heapBase: WebAssembly.Global<'i32'>;
  readonly packColumns: (panels: Pointer, w: Pointer, M: number, K: number) => void;
  readonly packAffine: (
    panels: Pointer,
    M: number,
    w: Pointer,
    I: number,
    r: Pointer,
    H: number,
    bw: Pointer,
    br: Pointer,
  ) => void;
  readonly packLanes: (
    to: Pointer,
    from: Pointer,
    step: number,
    rows: number,
    B: number,
    lanes: number,
    steps: number,
    width: number,
    sums: Pointer,
  ) => void;
  readonly addColumns: (to: Pointer, ld: number, from: Pointer, M: number, columns: number) => void;
  readonly gemm: Gemm;
  /** The same function: under a second name a profile tells the gradients of weights from those of states. */
  readonly gemmWeights: Gemm;
  readonly roundRows: (x: Pointer, y: Pointer, T: number, F: number, B: number, levels: number) => void;
  readonly rowSums: (g: Pointer, gStep: number, M: number, B: number, steps: number, db: Pointer) => void;
  readonly affine: (
    panels: Pointer,
    M: number,
    I: number,
    x: Pointer,
    H: number,
    h: Pointer,
    B: number,
    y: Pointer,
    lens: Pointer,
    t: number,
  ) => void;
  readonly lstmGates: Kernel;
  readonly lstmStepBackward: Kernel;
  readonly gruPackInputGrad: (panels: Pointer, w: Pointer, input: number, hidden: number) => void;
  readonly gruGates: Kernel;
  readonly gruStepBackward: Kernel;
  readonly rnnStepForward: Kernel;
  readonly rnnStepBackward: Kernel;
  readonly adamStep: Kernel;
  readonly activate: Kernel;
  readonly activateBackward: Kernel;
  readonly layerNormForward: Kernel;
  readonly layerNormBackward: Kernel;
  readonly dropout: Kernel;
  readonly embeddingForward: Kernel;
  readonly embeddingBackward: Kernel;
  readonly laneScores: Kernel;
  readonly laneMix: Kernel;
  readonly laneSoftmax: Kernel;
  readonly laneSoftmaxBackward: Kernel;
  readonly sgdStep: Kernel;
  readonly addScaled: Kernel;
  readonly clampAll: Kernel;
  readonly clearBeyond: Kernel;
  readonly meanForward: Kernel;
  readonly meanBackward: Kernel;
  readonly maxForward: Kernel;
  readonly maxBackward: Kernel;
  readonly scale: (ptr: Pointer, count: number, factor: number) => void;
  readonly scaleSquares: (ptr: Pointer, count: number, factor: number) => number;
  readonly add: (dst: Pointer, src: Pointer, count: number) => void;
}
