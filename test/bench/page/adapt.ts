/** The adapt bench in a page, whose worker trains. */
import { createAdapter, type InkSample } from '@rivulet/training/adapt';
import { type AdaptTimes, measureAdapting } from '../adapt/measureAdapting.ts';

declare global {
  interface Window {
    measureAdapting?: (model: string, words: readonly InkSample[]) => Promise<AdaptTimes>;
  }
}

window.measureAdapting = (model, words) => measureAdapting(createAdapter, model, words);
