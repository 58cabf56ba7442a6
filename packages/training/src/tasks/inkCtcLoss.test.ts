import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeInkFolder } from '../fixtures/inkFolder.ts';
import { ALPHABET, CHARS, labelsOf, OPTIONS, recipeOf, TRAIN, VAL } from '../fixtures/inkWords.ts';
import { rowMajorLogits } from '../fixtures/rowMajorLogits.ts';
import { ctcLoss } from '../losses/ctcLoss.ts';
import { Random } from '../random.ts';
import type { LaneTensor } from '../task.ts';
import { inkCtc } from './inkCtc.ts';
import type { InkCtcData } from './inkCtcData.ts';

let folder: string;
let data: InkCtcData;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-ink-'));
  writeInkFolder(folder, { 'words.train': TRAIN, 'words.val': VAL, 'chars.train': CHARS });
  data = (await inkCtc.prepare(recipeOf(OPTIONS), folder)) as InkCtcData;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = (step: number) => Random.fromSeed(3).derive('step', step);

/** Logits [T, 6, 8] that are 0 but for 9 at the classes that each lane's text names step by step, `-` the blank. */
function spelling(paths: readonly string[], T = 6): LaneTensor {
  const x = new Float32Array(T * 6 * 8);
  paths.forEach((path, lane) => {
    [...path].forEach((letter, t) => {
      x[(t * 6 + ALPHABET.indexOf(letter === '-' ? '' : letter)) * 8 + lane] = 9;
    });
  });
  return { data: x, T, F: 6, lanes: 8 };
}

describe('the loss', () => {
  it('is the sum over real lanes, as counted by hand', () => {
    // All classes as likely at each step: 1/6. "o" in one step has 1 path of 6, in two 3 (oo, o-, -o) of 36; "lo" in
    // two has 1 of 36.
    const batch = data.batch('val', [3, 3, 0], key(0));
    const logits = spelling([], 2);
    const { sum, weight } = data.loss({ logits }, Int32Array.of(1, 2, 2, 0, 0, 0, 0, 0), batch);
    expect(sum).toBeCloseTo(Math.log(6) + Math.log(36 / 3) + Math.log(36), 5);
    expect(weight).toBe(3);
    // Without lengths all lanes are full.
    expect(data.loss({ logits }, undefined, batch).sum).toBeCloseTo(2 * Math.log(36 / 3) + Math.log(36), 5);
  });

  it('counts a word of too few steps, and takes nothing from it', () => {
    // The dot of lll has one step and needs five; of oz training has no z.
    const batch = data.batch('val', [2, 0, 1], key(0));
    const logits = spelling([], 2);
    const gradient = new Float32Array(logits.data.length);
    const loss = data.loss({ logits }, Int32Array.of(1, 2, 2, 0, 0, 0, 0, 0), batch, { logits: gradient });
    expect(loss.weight).toBe(3);
    expect(loss.sum).toBeCloseTo(Math.log(36), 5);
    gradient.forEach((value, i) => {
      if (i % 8 !== 1) expect(value).toBe(0);
    });
    expect(gradient.some((value) => value !== 0)).toBe(true);
  });

  it('puts the gradient of each lane into its valid steps', () => {
    const batch = data.batch('train', [0, 1, 2], key(0));
    const draw = key(9);
    const T = 5;
    const logits = spelling([], T);
    logits.data.forEach((_, i) => {
      logits.data[i] = draw.normal();
    });
    const lengths = Int32Array.of(3, 5, 1, 0, 0, 0, 0, 0);
    const gradient = new Float32Array(logits.data.length);
    const { sum } = data.loss({ logits }, lengths, batch, { logits: gradient });
    let wantedSum = 0;
    for (let lane = 0; lane < 8; lane++) {
      const own = Float32Array.from({ length: T * 6 }, (_, i) => logits.data[i * 8 + lane]!);
      const wanted = new Float32Array(T * 6);
      if (lane < 3)
        wantedSum += ctcLoss(own, rowMajorLogits(6), lengths[lane]!, 6, labelsOf(batch)[lane]!, wanted);
      expect(Array.from({ length: T * 6 }, (_, i) => gradient[i * 8 + lane])).toEqual([...wanted]);
    }
    expect(sum).toBeCloseTo(wantedSum, 9);
  });
});

describe('the score', () => {
  it('counts edits, characters and words, as counted by hand', () => {
    const batch = data.batch('val', [0, 1, 2], key(0));
    // lo as lo; oz as ov, because no class is z; lll as ll. What stands beyond a lane's length is not read.
    const logits = spelling(['ll-oA', 'o-v-AA', 'l-lAAA']);
    const sums = data.score({ logits }, Int32Array.of(4, 4, 3, 0, 0, 0, 0, 0), batch);
    expect(sums).toEqual({ edits: 0 + 1 + 1, characters: 2 + 2 + 3, right: 1, words: 3 });
    // Without lengths they are read.
    expect(data.score({ logits }, undefined, batch)).toEqual({
      edits: 1 + 2 + 1,
      characters: 7,
      right: 0,
      words: 3,
    });
  });

  it('never counts a character that is no class as right', () => {
    const batch = data.batch('val', [1], key(0));
    for (const letter of ALPHABET.slice(1)) {
      expect(data.score({ logits: spelling([`o-${letter}`], 3) }, undefined, batch).edits).toBe(1);
    }
  });

  it('becomes rates: lower is better', () => {
    const figures = data.figures({ edits: 3, characters: 12, right: 3, words: 4 });
    expect(figures).toEqual({ cer: 0.25, wordAccuracy: 0.75, best: 0.25 });
  });
});
