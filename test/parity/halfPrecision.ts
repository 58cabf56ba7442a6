/** A model as exporters write it in half precision, and the model in float32 of the same weights. */
import { fromHalf, type OnnxModel, type OnnxTensor, toHalf } from '@rivulet/core';

const withWeights = (
  model: OnnxModel,
  change: (weights: Float32Array) => Partial<OnnxTensor>,
): OnnxModel => ({
  ...model,
  graph: {
    ...model.graph,
    initializers: model.graph.initializers.map((tensor) =>
      tensor.data instanceof Float32Array ? { ...tensor, ...change(tensor.data) } : tensor,
    ),
  },
});

export function inHalves(model: OnnxModel): OnnxModel {
  const halved = withWeights(model, (data) => ({ type: 'float16', data: Uint16Array.from(data, toHalf) }));
  const { graph } = halved;
  return {
    ...halved,
    graph: {
      ...graph,
      inputs: graph.inputs.map((value) => (value.type === 'float32' ? { ...value, type: 'float16' } : value)),
      outputs: graph.outputs.map((value) => ({ ...value, type: 'float16' })),
    },
  };
}

export const roundedToHalves = (model: OnnxModel): OnnxModel =>
  withWeights(model, (data) => ({ data: data.map((value) => fromHalf(toHalf(value))) }));
