/** Says '' after its first result, else why there is none. */
import * as ort from 'onnxruntime-web/wasm';
import type { FirstCall } from '../startup/coldCases.ts';
import { ortFirstCall } from '../startup/ortFirstCall.ts';

addEventListener('message', ({ data: { location, shape } }: MessageEvent<FirstCall>) => {
  const bytes = fetch(location).then(async (response) => new Uint8Array(await response.arrayBuffer()));
  ortFirstCall(ort, bytes, shape).then(
    () => postMessage(''),
    (error) => postMessage(String(error)),
  );
});
