/** What a study of adapting is made of: types, and the part of the people that each use of it may look at. */
import type { AdaptSample } from '@rivulet/training/adapt';

/** Counts that add up over cases. */
export type Sums = Readonly<Record<string, number>>;

/** One writer or one sensor, whom the model never saw. */
export interface AdaptCase {
  readonly name: string;
  /** What is adapted to. */
  readonly samples: readonly AdaptSample[];
  /** Counts the errors of a model's folder on what else the writer or the sensor has. */
  judge(folder: string): Promise<Sums>;
}

export interface AdaptStudy {
  readonly title: string;
  /** Folder of the model. */
  readonly model: string;
  readonly cases: readonly AdaptCase[];
  /** Figures from the added counts; the first is what is to become lower. */
  figures(sums: Sums): Readonly<Record<string, number>>;
  /** How a figure is printed. */
  show(name: string, value: number): string;
}

export interface StudyOptions {
  /** Rates and ranks are chosen on one half of the cases, figures reported of the other. */
  readonly choose: boolean;
  readonly data: string;
  /** Samples of ink that a writer lends. */
  readonly lent: number;
  /** Cases at most. */
  readonly most: number;
}

/** Every second one to choose by, the others to report; evenly over all there are. */
export function halfOf<T>(all: readonly T[], { choose, most }: Pick<StudyOptions, 'choose' | 'most'>): T[] {
  const half = all.filter((_, i) => (i % 2 === 0) === choose);
  const every = Math.max(1, half.length / most);
  return Array.from({ length: Math.min(most, half.length) }, (_, i) => half[Math.floor(i * every)]!);
}

export function addSums(into: Record<string, number>, sums: Sums): void {
  for (const [name, value] of Object.entries(sums)) into[name] = (into[name] ?? 0) + value;
}

export const percent = (value: number): string => `${(100 * value).toFixed(2)} %`.padStart(8);
