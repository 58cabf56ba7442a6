/** A page of somebody else: it imports the package, and the test types what its developer would. */
import * as rivulet from '@rivulet/inference';

declare global {
  interface Window {
    rivulet: typeof rivulet;
  }
}

window.rivulet = rivulet;
