import { readFileSync } from 'node:fs';
import { type OnnxModel, type RivuletError, readOnnx, writeOnnx } from '@rivulet/core';
import { describe, expect, it } from 'vitest';
import { toOnnx } from '../export/toOnnx.ts';
import { meanRecipe } from '../fixtures/recipes.ts';
import { initialise } from '../nn/initialise.ts';
import { planNetwork } from '../nn/networkPlan.ts';
import { quantiseNetwork } from '../quantise/quantiseNetwork.ts';
import { parseRecipe, type RecipeInput } from '../recipe.ts';
import { importWeights } from './importWeights.ts';

const plan = planNetwork(meanRecipe().network);
const weights = new Float32Array(plan.floats);
initialise(plan, weights, 3);
for (const { matrix, offset, size } of plan.parameters) {
  if (!matrix) for (let i = 0; i < size; i++) weights[offset + i] = Math.sin(offset + i);
}

const everyLayer = JSON.parse(
  readFileSync(new URL('../nn/fixtures/torchLayers.json', import.meta.url), 'utf8'),
) as { readonly title: string; readonly network: RecipeInput['network'] }[];

const written = (quantised?: ReturnType<typeof quantiseNetwork>): OnnxModel =>
  readOnnx(writeOnnx(toOnnx({ name: 'mean', plan, weights, ...(quantised && { quantised }) })));

describe('importWeights', () => {
  it('reads back what was written, to the bit', () =>
    expect(importWeights(plan, written())).toEqual(weights));

  it('reads int8 as what it stands for, to the bit', () => {
    const quantised = quantiseNetwork(plan, weights);
    expect(importWeights(plan, written(quantised))).toEqual(quantised.restored);
  });

  it.each(everyLayer)('reads back $title, float32 and int8', ({ network }) => {
    const plan = planNetwork(meanRecipe({ network }).network);
    const weights = Float32Array.from({ length: plan.floats }, (_, i) => Math.sin(i));
    const own = plan.parameters.map(({ offset, size }) => weights.subarray(offset, offset + size));
    const back = (quantised?: ReturnType<typeof quantiseNetwork>): Float32Array[] => {
      const model = toOnnx({ name: 'layers', plan, weights, ...(quantised && { quantised }) });
      const found = importWeights(plan, readOnnx(writeOnnx(model)));
      return plan.parameters.map(({ offset, size }) => found.subarray(offset, offset + size));
    };
    expect(back()).toEqual(own);
    const quantised = quantiseNetwork(plan, weights);
    expect(back(quantised)).toEqual(
      plan.parameters.map(({ offset, size }) => quantised.restored.subarray(offset, offset + size)),
    );
  });

  it.each(['handwriting-en', 'sensor-forecaster'])('reads %s, and writes the same tensors again', (name) => {
    const folder = new URL(`../../../../models/${name}/`, import.meta.url);
    const read = (file: string): Buffer => readFileSync(new URL(file, folder));
    const shipped = planNetwork(parseRecipe(JSON.parse(read('train.json').toString())).network);
    const float32 = readOnnx(read('model.onnx'));
    const int8 = readOnnx(read('model.int8.onnx'));
    const weights = importWeights(shipped, float32);
    expect(toOnnx({ name, plan: shipped, weights }).graph.initializers).toEqual(float32.graph.initializers);
    const quantised = quantiseNetwork(shipped, weights);
    expect(importWeights(shipped, int8)).toEqual(quantised.restored);
    // What int8 weights stand for quantises to the same int8 weights.
    const again = quantiseNetwork(shipped, quantised.restored);
    expect(toOnnx({ name, plan: shipped, weights, quantised: again }).graph.initializers).toEqual(
      int8.graph.initializers,
    );
  });

  it('names what is of another network', () => {
    const refusal = (change: (model: OnnxModel) => OnnxModel['graph']): RivuletError => {
      const model = written();
      try {
        importWeights(plan, { ...model, graph: change(model) });
      } catch (error) {
        return error as RivuletError;
      }
      throw new Error('it passed');
    };
    const other = planNetwork(
      meanRecipe({
        network: {
          inputs: { x: 3 },
          layers: [
            { op: 'lstm', name: 'first', in: 'x', hidden: 8, bidirectional: true },
            { op: 'join', factor: 2 },
            { op: 'gru', name: 'second', hidden: 6, bidirectional: true },
            { op: 'dense', name: 'y', units: 1 },
          ],
          outputs: ['y'],
        },
      }).network,
    );
    const wider = refusal(
      () => toOnnx({ name: 'w', plan: other, weights: new Float32Array(other.floats) }).graph,
    );
    expect(wider).toMatchObject({ code: 'MODEL_SHAPE', details: { name: 'node second.y/GRU' } });
    const without = refusal(({ graph }) => ({
      ...graph,
      initializers: graph.initializers.filter(({ name }) => name !== 'first.R'),
    }));
    expect(without).toMatchObject({ code: 'MODEL_SHAPE', details: { name: 'first.R' } });
    const shorter = refusal(({ graph }) => ({ ...graph, nodes: graph.nodes.slice(0, -1) }));
    expect(shorter.details).toMatchObject({ got: 'none' });
  });
});
