// A Node program: prints what the pages answer, and the code of what fails without onnxruntime-web.
import { loadForecaster, loadModel } from '@rivulet/inference';
import { results } from './results.js';

const models = process.argv[2];
const answers = await results(loadForecaster, loadModel, models);
const model = `${models}handwriting-en/model.int8.onnx`;
const withoutOrt = await loadModel(model, { engine: 'ort' }).catch((error) => error.code);
console.log(JSON.stringify({ ...answers, withoutOrt }));
