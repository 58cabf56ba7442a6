/** What a user's compiler must accept, and what it must refuse: types that are lost accept everything. */
import { type ForecastBand, loadForecaster, loadModel, type Model, RivuletError } from '@rivulet/inference';
import { loadModel as loadModelInline } from '@rivulet/inference/inline';
import { openModelFolder } from '@rivulet/inference/node';
import { loadModel as loadModelOrt } from '@rivulet/inference/ort';

export async function uses(): Promise<Float32Array> {
  const loaders: readonly ((source: string) => Promise<Model>)[] = [loadModel, loadModelInline, loadModelOrt];
  const model = await loaders[0]!('a.onnx');
  const { y } = await model.run({ x: { data: Float32Array.of(1), shape: [1, 1, 1] } });
  const forecaster = await loadForecaster(new URL('file:///models/a/'));
  const band: ForecastBand = await forecaster.predict({ y: y!.data, horizon: 24, levels: [80] });
  const { manifest } = await openModelFolder('a');
  if (manifest.head.kind === 'ctc') throw new RivuletError('ARGUMENT', manifest.head.alphabet.join());
  return band.median;
}

export async function misuses(model: Model): Promise<void> {
  // @ts-expect-error a location is an address or bytes
  await loadModel(1);
  // @ts-expect-error a tensor has a shape
  await model.run({ x: { data: Float32Array.of(1) } });
  // @ts-expect-error codes are a closed list
  new RivuletError('NO_SUCH_CODE', '');
}
