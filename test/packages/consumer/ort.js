// As main.js, by the entry that brings onnxruntime-web; and a model that asks for it.
import { loadForecaster, loadModel } from '@rivulet/inference/ort';
import { results } from './results.js';

window.results = results(loadForecaster, loadModel, '/models/');
window.byOrt = async () => {
  const model = await loadModel('/models/handwriting-en/model.int8.onnx', { engine: 'ort' });
  const { logits } = await model.run({ x: { data: new Float32Array(280), shape: [40, 1, 7] } });
  return { engine: model.engine, shape: logits.shape };
};
