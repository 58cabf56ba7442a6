/**
 * CTC prefix beam search (Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition",
 * without the language model): the most probable texts, the probability of a text being that of all its paths
 * together, where the greedy decoder only knows one path.
 */

import { RivuletError } from '../errors.ts';
import { checkSteps } from './checkSteps.ts';
import { ctcAlign } from './ctcAlign.ts';
import type { CtcPath } from './ctcGreedy.ts';
import { logAdd } from './logSoftmax.ts';

export interface PrefixBeamOptions {
  /** Texts kept from step to step; 1 or more. Work grows with beam * C a step. */
  readonly beam: number;
  /** Texts to return, best first, at most `beam`. */
  readonly alternatives: number;
  /** The class that means "nothing here"; 0 by default. */
  readonly blank?: number;
  /** Classes below this log-probability do not lengthen a text at that step: faster, no longer exact. */
  readonly minLogProb?: number;
}

/** A text as the branch of a tree, so that texts share their beginnings. */
interface Prefix {
  readonly parent: Prefix | undefined;
  /** Last class; -1 for the empty text. */
  readonly label: number;
  readonly children: Map<number, Prefix>;
  /** Whether it is among the kept texts of the current step. */
  kept: boolean;
  /** Log-probability of its paths so far that end in a blank, in its label, and of both together. */
  endsBlank: number;
  endsLabel: number;
  total: number;
}

/** A text of the next step before it is known whether it is kept. */
interface Candidate {
  readonly prefix: Prefix;
  /** The class that lengthens `prefix`, or -1: the text itself stays. */
  readonly label: number;
  readonly endsBlank: number;
  readonly endsLabel: number;
  readonly total: number;
}

/**
 * @param logProbs [T, C] row-major log-probabilities (`logSoftmax` makes them from logits)
 * @returns best first; score: log-probability of the text, over all paths that stayed in the beam. Spans are
 *   those of its best path. Texts of no probability are left out, so there may be fewer than asked for.
 * @throws RivuletError MODEL_SHAPE, ARGUMENT (beam or alternatives below 1, a blank outside the classes)
 */
export function ctcPrefixBeam(
  logProbs: Float32Array,
  T: number,
  C: number,
  { beam, alternatives, blank = 0, minLogProb = -Infinity }: PrefixBeamOptions,
): CtcPath[] {
  checkSteps(logProbs, T, C, blank);
  for (const [name, value] of [
    ['beam', beam],
    ['alternatives', alternatives],
  ] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RivuletError('ARGUMENT', `${name} must be a whole number from 1, got ${value}`, {
        [name]: value,
      });
    }
  }
  let kept: Prefix[] = [newPrefix(undefined, -1)];
  kept[0]!.kept = true;
  kept[0]!.endsBlank = kept[0]!.total = 0;
  for (let t = 0; t < T; t++)
    kept = step(kept, logProbs.subarray(t * C, (t + 1) * C), beam, blank, minLogProb);
  return kept
    .sort((a, b) => b.total - a.total)
    .slice(0, alternatives)
    .map((prefix) => ({
      ...ctcAlign(logProbs, T, C, labelsOf(prefix), blank),
      score: prefix.total,
    }));
}

/** @param row [C] log-probabilities of this step */
function step(
  kept: readonly Prefix[],
  row: Float32Array,
  beam: number,
  blank: number,
  minLogProb: number,
): Prefix[] {
  const best = new BestCandidates(beam);
  for (const prefix of kept) {
    const { parent, label } = prefix;
    const endsBlank = prefix.total + row[blank]!;
    let endsLabel = -Infinity;
    if (parent) {
      endsLabel = prefix.endsLabel + row[label]!;
      // The same text is also reached from its kept parent; both ways are one text and must rank as one.
      if (parent.kept && row[label]! >= minLogProb) {
        endsLabel = logAdd(endsLabel, lengthened(parent, label) + row[label]!);
      }
    }
    best.offer(prefix, -1, endsBlank, endsLabel, logAdd(endsBlank, endsLabel));
  }
  for (const prefix of kept) {
    for (let c = 0; c < row.length; c++) {
      const endsLabel = lengthened(prefix, c) + row[c]!;
      // Most fail here, before anything dearer than a comparison.
      if (endsLabel <= best.bound || c === blank || row[c]! < minLogProb) continue;
      if (prefix.children.get(c)?.kept) continue;
      best.offer(prefix, c, -Infinity, endsLabel, endsLabel);
    }
  }
  for (const prefix of kept) prefix.kept = false;
  return best.heap.map(({ prefix, label, endsBlank, endsLabel, total }) => {
    let next = prefix;
    if (label >= 0) {
      next = prefix.children.get(label) ?? newPrefix(prefix, label);
      prefix.children.set(label, next);
    }
    return Object.assign(next, { kept: true, endsBlank, endsLabel, total });
  });
}

/** Log-probability of the paths that `label` may lengthen: after the same label only those with a blank between. */
function lengthened(prefix: Prefix, label: number): number {
  return prefix.label === label ? prefix.endsBlank : prefix.total;
}

function newPrefix(parent: Prefix | undefined, label: number): Prefix {
  return {
    parent,
    label,
    children: new Map(),
    kept: false,
    endsBlank: -Infinity,
    endsLabel: -Infinity,
    total: -Infinity,
  };
}

function labelsOf(prefix: Prefix): number[] {
  const labels: number[] = [];
  for (let at = prefix; at.parent; at = at.parent) labels.push(at.label);
  return labels.reverse();
}

/** The `size` best of what is offered: a heap with the worst on top, so that most offers cost one comparison. */
class BestCandidates {
  readonly heap: Candidate[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  /** What an offer must exceed to be taken. */
  get bound(): number {
    return this.heap.length < this.#size ? -Infinity : this.heap[0]!.total;
  }

  offer(prefix: Prefix, label: number, endsBlank: number, endsLabel: number, total: number): void {
    const { heap } = this;
    if (!(total > this.bound)) return;
    const candidate: Candidate = { prefix, label, endsBlank, endsLabel, total };
    if (heap.length < this.#size) {
      let at = heap.length;
      for (; at > 0; at = (at - 1) >> 1) {
        const above = heap[(at - 1) >> 1]!;
        if (above.total <= total) break;
        heap[at] = above;
      }
      heap[at] = candidate;
      return;
    }
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.total < heap[below]!.total) below++;
      if (heap[below]!.total >= total) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = candidate;
  }
}
