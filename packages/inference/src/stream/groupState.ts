/** The states of many sequences side by side, as a batch takes them: sequences join, leave and come back as slots. */
import type { StreamMoment } from './snapshot.ts';
import type { StreamInfo } from './streamProgram.ts';

export class GroupState {
  readonly #info: StreamInfo;
  /** In the order of `StreamInfo.states`, each [before, capacity, after]. */
  #states: readonly Float32Array[] = [];
  #spare: readonly Float32Array[] | undefined;
  /** By slot; -1 where nobody is. */
  #steps: number[] = [];
  /** Made when it is asked for, and again when somebody came or went. */
  #open: readonly number[] | undefined;

  constructor(info: StreamInfo, size: number) {
    this.#info = info;
    // Engines take no batch of nobody.
    this.#grow(Math.max(1, size));
    for (let slot = 0; slot < size; slot++) this.put(slot);
  }

  get capacity(): number {
    return this.#steps.length;
  }

  get states(): readonly Float32Array[] {
    return this.#states;
  }

  /** Arrays of the same sizes, to write the next states to: `advance` takes them. */
  get spare(): readonly Float32Array[] {
    this.#spare ??= this.#states.map(({ length }) => new Float32Array(length));
    return this.#spare;
  }

  /** Slots in use, ascending. */
  get open(): readonly number[] {
    this.#open ??= [...this.#steps.keys()].filter((slot) => this.isOpen(slot));
    return this.#open;
  }

  isOpen(slot: number): boolean {
    return this.#steps[slot]! >= 0;
  }

  /** @returns a free slot, made where there is none */
  free(): number {
    const slot = this.#steps.indexOf(-1);
    if (slot >= 0) return slot;
    const made = this.capacity;
    // Each capacity is another shape to bind.
    this.#grow(made + Math.max(8, made >> 1));
    return made;
  }

  /** Default: the initial state. */
  put(slot: number, moment?: StreamMoment): void {
    this.#steps[slot] = moment?.steps ?? 0;
    this.#open = undefined;
    for (const [i, { before, after, initial }] of this.#info.states.entries()) {
      const from = moment?.states[i] ?? initial;
      for (let p = 0; p < before; p++) {
        this.#states[i]!.set(from.subarray(p * after, (p + 1) * after), (p * this.capacity + slot) * after);
      }
    }
  }

  get(slot: number): StreamMoment {
    const states = this.#info.states.map(({ before, after }, i) => {
      const out = new Float32Array(before * after);
      for (let p = 0; p < before; p++) {
        const at = (p * this.capacity + slot) * after;
        out.set(this.#states[i]!.subarray(at, at + after), p * after);
      }
      return out;
    });
    return { steps: this.#steps[slot]!, states };
  }

  leave(slot: number): void {
    this.#steps[slot] = -1;
    this.#open = undefined;
  }

  /** @param lengths steps that each slot has gone on; undefined: all of them `T` */
  advance(states: readonly Float32Array[], T: number, lengths: Int32Array | undefined): void {
    if (states === this.#spare) this.#spare = this.#states;
    this.#states = states;
    for (let slot = 0; slot < this.capacity; slot++) {
      if (this.isOpen(slot)) this.#steps[slot]! += lengths ? lengths[slot]! : T;
    }
  }

  #grow(capacity: number): void {
    const old = this.capacity;
    this.#states = this.#info.states.map(({ before, after }, i) => {
      const wider = new Float32Array(before * capacity * after);
      for (let p = 0; p < before; p++) {
        const kept = this.#states[i]?.subarray(p * old * after, (p + 1) * old * after);
        if (kept) wider.set(kept, p * capacity * after);
      }
      return wider;
    });
    this.#spare = undefined;
    this.#steps.push(...new Array<number>(capacity - old).fill(-1));
  }
}
