/** Reads a model's files and makes sure that they belong together. */
import { type Manifest, type OnnxModel, parseManifest, RivuletError, readOnnx, sha256 } from '@rivulet/core';
import { importWeights } from '../import/importWeights.ts';
import { type NetworkPlan, planNetwork } from '../nn/networkPlan.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import type { ModelFiles, WeightType } from './api.ts';
import { checkFeatureVersion } from './samples/openSamples.ts';

export interface OpenedModel {
  readonly manifest: Manifest;
  readonly recipe: Recipe;
  readonly plan: NetworkPlan;
  /** [plan.floats] those of an int8 file as what its numbers stand for. */
  readonly weights: Float32Array;
  readonly dtype: WeightType;
  /** The ONNX file, read. */
  readonly file: OnnxModel;
  /** Of the ONNX file. */
  readonly sha256: string;
}

/**
 * @throws MANIFEST_INVALID, RECIPE_INVALID, MODEL_HASH when the manifest does not state the hash of the file,
 *   FEATURE_VERSION, ONNX_PARSE, MODEL_SHAPE when the recipe's network is another
 */
export async function openModel({ onnx, manifest: json, recipe: train }: ModelFiles): Promise<OpenedModel> {
  const manifest = parseManifest(json);
  const recipe = parseRecipe(train);
  const hash = await sha256(onnx as Uint8Array<ArrayBuffer>);
  const { float32, int8 } = manifest.files;
  const dtype = hash === int8.sha256 ? 'int8' : hash === float32.sha256 ? 'float32' : undefined;
  if (!dtype) {
    throw new RivuletError('MODEL_HASH', `These ${onnx.length} bytes are no file of ${manifest.name}`, {
      ...{ expected: [int8.sha256, float32.sha256], got: hash },
    });
  }
  checkFeatureVersion(manifest);
  const plan = planNetwork(recipe.network);
  const file = readOnnx(onnx);
  return { manifest, recipe, plan, weights: importWeights(plan, file), dtype, file, sha256: hash };
}
