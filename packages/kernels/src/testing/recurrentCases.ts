/** Shapes that have gone wrong somewhere: odd sizes, one of everything, more steps than a chunk of backward. */
export interface RecurrentCase {
  T: number;
  B: number;
  input: number;
  hidden: number;
  reverse: boolean;
  lengths: boolean;
  states: boolean;
}

const off = { reverse: false, lengths: false, states: false };

export const recurrentCases: readonly RecurrentCase[] = [
  { ...off, T: 1, B: 8, input: 1, hidden: 1 },
  { ...off, T: 5, B: 8, input: 3, hidden: 5 },
  { ...off, T: 8, B: 16, input: 4, hidden: 8, states: true },
  { T: 9, B: 8, input: 1, hidden: 4, reverse: false, lengths: true, states: true },
  { T: 11, B: 16, input: 7, hidden: 6, reverse: true, lengths: true, states: true },
  { ...off, T: 17, B: 24, input: 2, hidden: 3, reverse: true },
  { ...off, T: 20, B: 24, input: 10, hidden: 13, lengths: true },
  { T: 40, B: 16, input: 9, hidden: 5, reverse: true, lengths: true, states: true },
  { ...off, T: 3, B: 128, input: 5, hidden: 2, reverse: true, lengths: true },
];
