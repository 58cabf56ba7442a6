/** Reads from a model's folder what adapting needs of it: the manifest, the recipe, and the weights that are used. */
import { parseManifest, RivuletError } from '@rivulet/core';
import type { ModelFiles, WeightType } from './api.ts';

/** Reads a file by its address. @throws MODEL_NOT_FOUND, MODEL_FETCH */
export type ReadFile = (address: string) => Promise<Uint8Array>;

/**
 * @param folder its address, with or without the last slash
 * @throws MODEL_NOT_FOUND, MODEL_FETCH, MANIFEST_INVALID; RECIPE_INVALID for a recipe that is no JSON
 */
export async function readModelFolder(
  read: ReadFile,
  folder: string,
  dtype: WeightType,
): Promise<ModelFiles> {
  const at = (file: string): string => (/[/\\]$/.test(folder) ? folder + file : `${folder}/${file}`);
  const manifest = parsed(await read(at('manifest.json')), 'MANIFEST_INVALID', at('manifest.json'));
  const { files, training } = parseManifest(manifest);
  const [recipe, onnx] = await Promise.all([read(at(training.recipe)), read(at(files[dtype].path))]);
  return { onnx, manifest, recipe: parsed(recipe, 'RECIPE_INVALID', at(training.recipe)) };
}

function parsed(bytes: Uint8Array, code: 'MANIFEST_INVALID' | 'RECIPE_INVALID', location: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new RivuletError(code, `${location} is no JSON: ${cause}`, { location });
  }
}
