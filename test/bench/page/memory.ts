import { loadModel } from '@rivulet/inference';
import { type Holding, holding } from '../memory/holding.ts';

declare global {
  interface Window {
    holding: Holding;
  }
}

window.holding = holding(loadModel);
