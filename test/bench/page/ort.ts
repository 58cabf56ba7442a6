import { loadModel } from '@rivulet/inference/ort';
import { firstResult } from './firstResult.ts';

firstResult(loadModel, 'ort');
