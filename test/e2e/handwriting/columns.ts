/** A page of words in columns: where each stands, as a file that the page imports, and as Node's recogniser reads it. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHandwritingRecognizer, HandwritingStroke } from '@rivulet/inference/node';
import type { AdaptedFiles } from '@rivulet/training/adapt';
import { placed, type RealWord } from '../../fixtures/realWords.ts';

export const models = fileURLToPath(new URL('../../../models/', import.meta.url));
const COLUMNS = 3;

/** In columns so far apart that each word is one of its own. */
export const placeOf = ({ aspect }: RealWord, i: number) => ({
  left: 40 + (i % COLUMNS) * 380,
  top: 16 + Math.floor(i / COLUMNS) * 62,
  height: Math.min(38, 260 / aspect),
});

/** What the recogniser of Node reads of the same ink with some weights in place of the shipped ones. */
export async function readInNode(
  words: readonly RealWord[],
  kept: (Pick<AdaptedFiles, 'onnx'> & { readonly sha256: string }) | undefined,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-learned-'));
  const manifest = JSON.parse(readFileSync(join(models, 'handwriting-en', 'manifest.json'), 'utf8'));
  const onnx = kept ? kept.onnx : readFileSync(join(models, 'handwriting-en', 'model.int8.onnx'));
  if (kept) Object.assign(manifest.files.int8, { bytes: onnx.length, sha256: kept.sha256 });
  await mkdir(join(folder, 'handwriting-en'));
  await writeFile(join(folder, 'handwriting-en', 'manifest.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'handwriting-en', 'model.int8.onnx'), onnx);
  const recognizer = await createHandwritingRecognizer({ languages: ['en'] }, { models: folder });
  const drawing = recognizer.startDrawing({ alternatives: 1 });
  for (const [i, word] of words.entries()) {
    for (const points of placed(word, placeOf(word, i))) {
      const stroke = new HandwritingStroke();
      for (let p = 0; p < points.length; p += 2) stroke.addPoint({ x: points[p]!, y: points[p + 1]!, t: p });
      drawing.addStroke(stroke);
    }
  }
  const [best] = await drawing.getPrediction();
  recognizer.finish();
  await rm(folder, { recursive: true });
  return best!.text;
}

/** The same ink as a file that the page imports. */
export function inkFile(words: readonly RealWord[]): string {
  const strokes = words.flatMap((word, i) =>
    placed(word, placeOf(word, i)).map((points, k) => {
      const x = points.filter((_, p) => p % 2 === 0);
      const y = points.filter((_, p) => p % 2 === 1);
      const began = 1e12 + 1000 * (100 * i + k);
      return { tool: 'pen', began, x, y, t: x.map((_, p) => p), p: x.map(() => 0.5) };
    }),
  );
  return JSON.stringify({ format: 'rivulet-ink', version: 1, unit: 'css-px', text: '', strokes });
}
