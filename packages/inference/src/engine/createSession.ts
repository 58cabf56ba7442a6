/** From the bytes of an ONNX file to a session of the engine that suits it. */
import { codePart, type OnnxModel, RivuletError, readOnnx, shown } from '@rivulet/core';
import type { EngineChoice, Session } from './engine.ts';
import { createFusedSession, type FusedOptions } from './fused/fusedSession.ts';
import { USUAL_OPERATORS } from './fused/operators/usualOperators.ts';
import { isRefusal, type Plan, planGraph, type Refusal } from './fused/planGraph.ts';

const ENGINES: readonly string[] = ['auto', 'fused', 'webgpu', 'ort'];
const INT8_TYPES: readonly string[] = ['int8', 'int8a7'];

export interface CreateSessionOptions extends FusedOptions {
  readonly engine?: EngineChoice | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * `auto` (the default) takes the fused engine when it covers every node, else onnxruntime-web, with one line on
 * the console that names the operator. Of a model with a million recurrent weights it measures whether a GPU is twice
 * as fast (webgpu/fasterSession.ts has the rule), unless `variant` or `dtype` fix what is computed.
 * @throws ARGUMENT for an unknown engine, variant or dtype; ONNX_PARSE for what is no ONNX file; ONNX_UNSUPPORTED
 *   (details { op, node, why }) when `fused` was asked for and does not cover the graph; ENGINE_UNAVAILABLE when
 *   onnxruntime-web is needed and not part of this build, or `webgpu` was asked for and there is none; OUT_OF_MEMORY;
 *   ABORTED
 */
export async function createSession(bytes: Uint8Array, options: CreateSessionOptions = {}): Promise<Session> {
  const { engine = 'auto', dtype, signal } = options;
  if (!ENGINES.includes(engine)) {
    throw new RivuletError('ARGUMENT', `engine must be one of ${ENGINES.join(', ')}, got ${shown(engine)}`, {
      engine,
    });
  }
  if (dtype !== undefined && !INT8_TYPES.includes(dtype)) {
    const known = INT8_TYPES.join(', ');
    throw new RivuletError('ARGUMENT', `dtype of a file must be one of ${known}, got ${shown(dtype)}`, {
      dtype,
    });
  }
  if (signal?.aborted) throw new RivuletError('ABORTED', 'loading was aborted', {}, signal.reason);
  if (engine === 'webgpu') {
    const code = await codePart('the webgpu engine', () => import('./webgpu/webgpuSession.ts'));
    return code.createWebgpuSession(bytes, signal);
  }
  let refusal: Refusal | undefined;
  if (engine !== 'ort') {
    const plan = await planOf(bytes, engine === 'auto');
    if (!isRefusal(plan)) {
      const fused = await createFusedSession(plan, options);
      const fixed = engine === 'fused' || (options.variant ?? 'auto') !== 'auto' || dtype !== undefined;
      if (fixed || !mayWinOnGpu(plan)) return fused;
      // Should the code not come, the model runs all the same.
      const code = await import('./webgpu/fasterSession.ts').catch(() => undefined);
      return code ? code.fasterSession(bytes, fused, signal) : fused;
    }
    refusal = plan;
  }
  const { otherEngine } = await codePart('other engines', () => import('./otherEngine.ts'));
  return otherEngine(bytes, engine, refusal);
}

/** Recurrent weights from which `auto` measures whether a GPU is faster, where there may be one. */
const WIDE = 2 ** 20;

function mayWinOnGpu({ nodes, facts }: Plan): boolean {
  if (!globalThis.navigator?.gpu) return false;
  const [W, R] = [1, 2];
  let weights = 0;
  for (const { node, inputs } of nodes) {
    if (node.op !== 'RNN' && node.op !== 'LSTM' && node.op !== 'GRU') continue;
    for (const i of [W, R]) weights += facts.constant(inputs[i])?.tensor.data.length ?? 0;
  }
  return weights >= WIDE;
}

/** What our reader does not read, another one may: in `auto` that is a refusal and no error. */
async function planOf(bytes: Uint8Array, lenient: boolean): Promise<Plan | Refusal> {
  let model: OnnxModel;
  try {
    model = readOnnx(bytes);
  } catch (error) {
    if (!lenient || !(error instanceof RivuletError) || error.code !== 'ONNX_UNSUPPORTED') throw error;
    return { op: 'file', node: '', why: error.message };
  }
  const plan = planGraph(model, USUAL_OPERATORS);
  if (!isRefusal(plan)) return plan;
  const { op } = plan;
  const { planWithAll } = await codePart(op, operatorsFile, { engine: 'fused', op });
  return planWithAll(model);
}

/** A third of the engine's code, which many models do not need: a file of its own. */
const operatorsFile = (): Promise<typeof import('./fused/operators/operators.ts')> =>
  import('./fused/operators/operators.ts');

/** Of a file that is long in coming nobody knows what it needs: the operators may come at the same time. */
export function expectOperators({ engine }: Pick<CreateSessionOptions, 'engine'>): void {
  if (engine !== 'ort') operatorsFile().catch(() => {});
}
