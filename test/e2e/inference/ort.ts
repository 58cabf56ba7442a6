/** The same page with the entry that brings onnxruntime-web. */
import * as rivulet from '@rivulet/inference/ort';

window.rivulet = rivulet;
