/** A page of somebody else that lets a model learn from its person, and runs what came of it. */
import { loadModel } from '@rivulet/inference';
import { createAdapter } from '@rivulet/training/adapt';

const rivulet = { createAdapter, loadModel };

declare global {
  interface Window {
    adapting: typeof rivulet;
  }
}

window.adapting = rivulet;
