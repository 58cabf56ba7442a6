/**
 * A model on the device and the change that its person made to it. Every adaptation ends in one of two ways: the
 * held-out samples say that the change is better (`heldOutRule.ts`) and it is kept, or all is as it was. What was kept
 * can be taken back.
 */
import { sha256, writeOnnx } from '@rivulet/core';
import { loadTrainKernels, type TrainKernels } from '@rivulet/kernels/train';
import { validationBatches } from '../bptt/epochBatches.ts';
import { evaluateBatches } from '../bptt/evaluateBatches.ts';
import { toOnnx } from '../export/toOnnx.ts';
import { Network } from '../nn/network.ts';
import type { Parameter } from '../nn/operation.ts';
import { optimiserSchema } from '../optim/optimiserSchema.ts';
import { parseOptions } from '../parseOptions.ts';
import { quantiseNetwork } from '../quantise/quantiseNetwork.ts';
import { Random } from '../random.ts';
import type { TaskData } from '../task.ts';
import type {
  AdaptedFiles,
  AdapterInfo,
  AdaptResult,
  AdaptSample,
  AdaptSettings,
  HostOptions,
  ModelFiles,
  WeightType,
} from './api.ts';
import { applyDelta, type Delta, type DeltaPart, roundDelta } from './delta.ts';
import { readDelta, writeDelta } from './deltaFile.ts';
import { type Candidate, type FineTuneControl, fineTune } from './fineTune.ts';
import { HeldOutRule, type Judgement } from './heldOutRule.ts';
import { LowRank } from './lowRank.ts';
import { type OpenedModel, openModel } from './openModel.ts';
import { openSamples } from './samples/openSamples.ts';
import { type CheckedSettings, checkSettings, LEARNING_RATES, refused } from './settings.ts';
import { WholeWeights } from './wholeWeights.ts';

/** What an adaptation trains. */
interface Scope {
  /** First layer that is trained. */
  readonly from: string;
  readonly count: number;
  readonly parameters: readonly Parameter[];
}

export class AdaptedModel {
  readonly info: AdapterInfo;
  readonly #model: OpenedModel;
  readonly #kernels: TrainKernels;
  /** Changes that were kept, the newest last; each is counted from the model as it came. */
  #kept: readonly Delta[] = [];

  private constructor(model: OpenedModel, kernels: TrainKernels) {
    const { plan, manifest, sha256, dtype } = model;
    const named = plan.nodes.filter(({ name }) => plan.parameters.some((each) => isOf(each, name)));
    const layers = named.map(({ name }) => name);
    this.info = { name: manifest.name, sha256, dtype, variant: kernels.variant, layers };
    this.#model = model;
    this.#kernels = kernels;
  }

  /** @throws as `openModel` does, and ENGINE_UNAVAILABLE where the kernels cannot run */
  static async open(files: ModelFiles, { variant }: HostOptions = {}): Promise<AdaptedModel> {
    const [model, kernels] = await Promise.all([
      openModel(files),
      loadTrainKernels(variant ? { variant } : {}),
    ]);
    return new AdaptedModel(model, kernels);
  }

  get #current(): Delta | undefined {
    return this.#kept.at(-1);
  }

  /** @throws ARGUMENT for settings, DATA_INVALID, INK_INVALID or SERIES_INVALID for samples, ABORTED, DIVERGED */
  async adapt(
    samples: readonly AdaptSample[],
    settings: AdaptSettings,
    control: FineTuneControl,
  ): Promise<AdaptResult> {
    const checked = checkSettings(settings);
    const scope = this.#scope(checked);
    const { manifest, recipe } = this.#model;
    const { heldOut, seed } = checked;
    const data = openSamples(samples, { manifest, recipe, heldOut, seed });
    const mark = this.#kernels.mark();
    try {
      return await this.#adapt(data, checked, scope, control);
    } finally {
      this.#kernels.release(mark);
    }
  }

  async #adapt(
    data: TaskData,
    settings: CheckedSettings,
    scope: Scope,
    control: FineTuneControl,
  ): Promise<AdaptResult> {
    const { method, rank, precision, seed, margin } = settings;
    const { plan, weights: base } = this.#model;
    const network = new Network(this.#kernels, plan, { trainedFrom: scope.from });
    const random = Random.fromSeed(seed).derive('adapt');
    const optimiser = this.#optimiser(settings);
    // A change of the same kind goes on from where it is; one of another kind begins anew, and must be better than it.
    const earlier = this.#current && isSameKind(this.#current, settings, scope) ? this.#current : undefined;
    network.weights().set(earlier ? applyDelta(plan, base, earlier) : base);
    const part =
      method === 'lowRank'
        ? new LowRank(this.#kernels, network, base, scope.parameters, {
            ...{ rank, optimiser, random: random.derive('factors'), parts: earlier?.parts },
          })
        : new WholeWeights(this.#kernels, network, base, scope.parameters, optimiser);
    const judge = (parts: readonly DeltaPart[]): Candidate => {
      const kind = { method, layers: scope.count, rank: method === 'lowRank' ? rank : 0, precision };
      const delta = roundDelta({ ...kind, parts });
      return { delta, ...this.#judge(network, data, delta) };
    };
    const before = this.#judge(network, data, this.#current);
    const rule = new HeldOutRule(before, margin);
    const { batch, epochs, seconds, patience } = settings;
    const job = {
      network,
      data,
      part,
      optimiser,
      batch,
      epochs,
      seconds,
      patience,
      random,
      before,
      rule,
      judge,
    };
    const { best, ...ended } = await fineTune(job, control);
    const kept = best !== undefined && rule.keeps(best);
    if (kept) this.#kept = [...this.#kept, best.delta];
    return {
      ...{ kept, ...ended, before: before.figures, after: (best ?? before).figures },
      ...{ trained: data.trainCount, judged: data.valCount },
      memoryBytes: this.#kernels.memory.buffer.byteLength,
    };
  }

  /** What is held out says of the model with a delta, as the file that is used would hold it. */
  #judge(network: Network, data: TaskData, delta: Delta | undefined): Judgement {
    const held = network.weights().slice();
    network.weights().set(this.#weightsOf(delta, this.#model.dtype));
    const lengths = Int32Array.from({ length: data.valCount }, (_, i) => data.valLength?.(i) ?? 0);
    const { loss, weight, sums } = evaluateBatches(network, data, validationBatches(lengths, 8));
    network.weights().set(held);
    // `best` is one of the others under a second name.
    const { best: _, ...figures } = data.figures(sums);
    return { figures: { ...figures, loss: loss / (weight || 1) }, mistakes: data.mistakes?.(sums) };
  }

  #weightsOf(delta: Delta | undefined, dtype: WeightType): Float32Array {
    const { plan, weights } = this.#model;
    const float32 = delta ? applyDelta(plan, weights, delta) : weights;
    return dtype === 'int8' ? quantiseNetwork(plan, float32).restored : float32;
  }

  /** @throws ARGUMENT for more layers than there are, and where none of them has what the method changes */
  #scope({ method, layers: wanted }: CheckedSettings): Scope {
    const { layers } = this.info;
    const count = wanted ?? (method === 'last' ? 1 : layers.length);
    if (wanted !== undefined && wanted > layers.length)
      throw refused('layers', `the model has ${layers.length} layers with weights`, wanted);
    const chosen = layers.slice(-count);
    const parameters = this.#model.plan.parameters.filter(
      (each) => chosen.some((layer) => isOf(each, layer)) && (method !== 'lowRank' || each.matrix),
    );
    if (parameters.length === 0) {
      const what = method === 'lowRank' ? 'matrices of weights' : 'weights';
      if (wanted === undefined) throw refused('method', `the model has no ${what} to change`, method);
      const message = `the last ${wanted} (${chosen.join(', ')}) have no ${what}, which ${method} changes`;
      throw refused('layers', message, wanted);
    }
    return { from: chosen[0]!, count, parameters };
  }

  #optimiser({ method, learningRate, epochs }: CheckedSettings) {
    const lr = learningRate ?? LEARNING_RATES[method];
    const warmup = Math.min(10, epochs);
    return parseOptions(optimiserSchema, { kind: 'adamw', lr, warmup, floor: 0.1 }, 'optimiser');
  }

  /** @returns whether there was a change to take back; the one before it, if any, holds again */
  rollBack(): boolean {
    const there = this.#kept.length > 0;
    this.#kept = this.#kept.slice(0, -1);
    return there;
  }

  async exportDelta(): Promise<Uint8Array | undefined> {
    return this.#current && writeDelta(this.#current, this.info.sha256);
  }

  /**
   * The delta of a file becomes the change that holds; `rollBack` takes it back.
   * @throws DELTA_INVALID for a torn or changed file, DELTA_MODEL for another model's; all is then as it was
   */
  async importDelta(bytes: Uint8Array): Promise<void> {
    const delta = await readDelta(bytes, this.info.sha256);
    applyDelta(this.#model.plan, this.#model.weights, delta);
    this.#kept = [...this.#kept, delta];
  }

  /** The model as it now is, as an ONNX file: any engine that runs the one that came runs it. */
  onnx(dtype: WeightType = this.info.dtype): Uint8Array {
    const { plan, weights, file } = this.#model;
    const delta = this.#current;
    const changed = delta ? applyDelta(plan, weights, delta) : weights;
    const { name, inputs, outputs } = file.graph;
    const shapes = Object.fromEntries([...inputs, ...outputs].map((value) => [value.name, value.shape]));
    const quantised = dtype === 'int8' ? { quantised: quantiseNetwork(plan, changed) } : {};
    const metadata = file.metadata ?? {};
    return writeOnnx(toOnnx({ name, plan, weights: changed, shapes, metadata, ...quantised }));
  }

  /** The same with the manifest that names it. */
  async files(): Promise<AdaptedFiles> {
    const { manifest, dtype } = this.#model;
    const onnx = this.onnx();
    const named = {
      ...manifest.files[dtype],
      bytes: onnx.length,
      sha256: await sha256(onnx as Uint8Array<ArrayBuffer>),
    };
    return { manifest: { ...manifest, files: { ...manifest.files, [dtype]: named } }, onnx };
  }
}

function isSameKind(delta: Delta, { method, rank }: CheckedSettings, { count }: Scope): boolean {
  return delta.method === method && delta.layers === count && (method !== 'lowRank' || delta.rank === rank);
}

const isOf = ({ name }: Parameter, layer: string): boolean => name.startsWith(`${layer}.`);
