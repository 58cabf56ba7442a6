import { loadModel } from '@rivulet/inference';
import { firstResult } from './firstResult.ts';

firstResult(loadModel, 'fused');
