/** What the reader learned from this person's hand, as it is kept: types only. */

export interface Learned {
  /** SHA-256 of the shipped model's file that it was learned from; it belongs to no other. */
  readonly base: string;
  /** The model as it reads now, and the SHA-256 of that file. */
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  /** The change alone: what is saved as a file, and gone on from. */
  readonly delta: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Words that it was learned from; absent where it came from a file. */
  readonly words?: number | undefined;
}

export interface LearnedStates {
  readonly now?: Learned | undefined;
  /** What `now` took the place of: undoing brings it back. */
  readonly before?: Learned | undefined;
}
