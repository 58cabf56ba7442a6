/** What stands in models/<name>/manifest.json: the only authority on shapes, features, head, files and hashes. */

/** A graph input or output: float32, row-major; a string is a dimension that changes from call to call. */
export interface ManifestValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface ManifestFile {
  /** Relative to the manifest; never absolute, never upwards. */
  readonly path: string;
  readonly bytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

export interface CtcHead {
  readonly kind: 'ctc';
  /** Text of each class; class 0 is the blank and stands as ''. */
  readonly alphabet: readonly string[];
}

export interface QuantilesHead {
  readonly kind: 'quantiles';
  /** Ascending, in (0, 1), as many below the median as above it. */
  readonly levels: readonly number[];
}

/** One answer for a whole sequence, or one at each step. */
export interface ClassesHead {
  readonly kind: 'classes';
  /** What each class stands for. */
  readonly labels: readonly string[];
}

/** Numbers as they are: a sequence that was asked for. */
export interface ValuesHead {
  readonly kind: 'values';
}

/** What a model is for. */
export type ModelTask =
  | 'ink-text'
  | 'series-quantiles'
  /** Which class ink is of. */
  | 'classes'
  /** Which class a sequence is of. */
  | 'sequence-class'
  /** A tag for each step of a sequence. */
  | 'sequence-tags'
  /** Numbers for a sequence, or for each of its steps. */
  | 'sequence-values'
  /** Another sequence of tokens for one; class 0, '', begins and ends it. */
  | 'sequence-translation'
  /** The next token of a text. */
  | 'text-model'
  /** A sequence of numbers for a vector. */
  | 'vector-sequence';

export interface Manifest {
  readonly format: 1;
  readonly name: string;
  /** Semantic version of the model. */
  readonly version: string;
  readonly task: ModelTask;
  /**
   * INK_FEATURE_VERSION, SERIES_FEATURE_VERSION or SEQUENCE_FEATURE_VERSION of the code that trained it; a loader
   * refuses another one.
   */
  readonly featureVersion: string;
  /** Options of the feature function, handed to it as they are. */
  readonly features: Readonly<Record<string, unknown>>;
  readonly inputs: readonly ManifestValue[];
  readonly outputs: readonly ManifestValue[];
  readonly head: CtcHead | QuantilesHead | ClassesHead | ValuesHead;
  /** BCP 47 tags. */
  readonly languages?: readonly string[] | undefined;
  readonly files: {
    readonly float32: ManifestFile;
    readonly int8: ManifestFile;
    /** Inputs and outputs that any engine must reproduce. */
    readonly parity: ManifestFile;
  };
  readonly training: {
    readonly recipe: string;
    readonly seed: number;
    readonly commit: string;
    /** ISO 8601. */
    readonly date: string;
    readonly steps: number;
    /** What it was trained on, in words. */
    readonly data: string;
  };
  /** Measured figures by name; the card says how each was measured. */
  readonly figures: Readonly<Record<string, number>>;
  readonly licence: string;
  readonly attribution: string;
}
