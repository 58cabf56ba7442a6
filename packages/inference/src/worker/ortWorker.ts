/**
 * The worker's script for pages that opted into onnxruntime-web: the same host, with a second engine.
 * The import runs first, so the host listens before the first message; the loader stands before it is handled.
 */
import { provideOrt } from '../engine/ortLoader.ts';
import './worker.ts';

provideOrt(() => import('onnxruntime-web/wasm'));
