// What a user writes: a forecast, and any ONNX file by name. The test reads what came out.
import { loadForecaster, loadModel } from '@rivulet/inference';
import { results } from './results.js';

window.results = results(loadForecaster, loadModel, '/models/');
