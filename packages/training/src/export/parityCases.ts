/**
 * parity.json: inputs, and the outputs of the very forward pass that was trained, for float32 and for the
 * int8 weights. Whatever runs the exported files later is held against it.
 */
import type { Network } from '../nn/network.ts';
import type { Batch, LaneTensor, LaneTensors } from '../task.ts';

/** Row-major, [T, B, F]. */
export interface ParityTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface ParityCase {
  readonly inputs: Readonly<Record<string, ParityTensor>>;
  readonly outputs: {
    readonly float32: Readonly<Record<string, ParityTensor>>;
    readonly int8: Readonly<Record<string, ParityTensor>>;
  };
}
export interface ParityFile {
  readonly format: 1;
  readonly cases: readonly ParityCase[];
}

/** A network, and the weights [plan.floats] that it runs with; its own are overwritten. */
interface Weighted {
  readonly network: Network;
  readonly weights: Float32Array;
}

/** @param batches all real lanes of full length, because the exported graph takes no lengths */
export function parityCases(
  batches: readonly Batch[],
  models: { readonly float32: Weighted; readonly int8: Weighted },
): ParityFile {
  const run = ({ network, weights }: Weighted, batch: Batch): Record<string, ParityTensor> => {
    network.weights().set(weights);
    return toParity(network.forward(batch), batch.size);
  };
  return {
    format: 1,
    cases: batches.map((batch) => ({
      inputs: toParity(batch.inputs, batch.size),
      outputs: { float32: run(models.float32, batch), int8: run(models.int8, batch) },
    })),
  };
}

function toParity(tensors: LaneTensors, size: number): Record<string, ParityTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const data = Array.from(rowMajor(tensor, size), shortest);
      return [name, { shape: [tensor.T, size, tensor.F], data }];
    }),
  );
}

/** [T][F][lanes] -> [T, size, F] */
function rowMajor({ data, T, F, lanes }: LaneTensor, size: number): Float32Array {
  const out = new Float32Array(T * size * F);
  for (let t = 0, i = 0; t < T; t++) {
    for (let lane = 0; lane < size; lane++) {
      for (let f = 0; f < F; f++, i++) out[i] = data[(t * F + f) * lanes + lane]!;
    }
  }
  return out;
}

/** Nine digits bring every float32 back exactly. */
function shortest(value: number): number {
  return Number(value.toPrecision(9));
}
