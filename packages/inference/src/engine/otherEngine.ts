/** What becomes of a model that the fused engine does not run: onnxruntime-web's, or an error that says why not. */
import { codePart, RivuletError } from '@rivulet/core';
import type { EngineChoice, Session } from './engine.ts';
import type { Refusal } from './fused/planGraph.ts';
import { ortLoader } from './ortLoader.ts';

/**
 * @param engine that was asked for
 * @param refusal of the fused engine; undefined: it was not tried
 * @throws ONNX_UNSUPPORTED where no other engine was allowed, ENGINE_UNAVAILABLE without onnxruntime-web
 */
export async function otherEngine(
  bytes: Uint8Array,
  engine: EngineChoice,
  refusal: Refusal | undefined,
): Promise<Session> {
  const what = refusal && `${refusal.op}${refusal.node ? ` "${refusal.node}"` : ''} (${refusal.why})`;
  if (engine === 'fused') {
    throw new RivuletError('ONNX_UNSUPPORTED', `the fused engine does not cover ${what}`, { ...refusal });
  }
  const loadOrt = ortLoader();
  if (!loadOrt) {
    const because = what ? `: the fused engine does not cover ${what}` : '';
    throw new RivuletError(
      'ENGINE_UNAVAILABLE',
      `this model needs onnxruntime-web, which this build leaves out${because}`,
      { engine: 'ort', ...refusal },
    );
  }
  if (what) console.info(`rivulet: onnxruntime-web runs this model, the fused engine does not cover ${what}`);
  const { createOrtSession } = await codePart('onnxruntime-web', () => import('./ortSession.ts'));
  return createOrtSession(bytes, loadOrt);
}
