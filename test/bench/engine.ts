/**
 * `npm run bench -- engine`: microseconds a call of the public `model.run`, our engine (float32, int8 and int8a7, plain
 * and relaxed SIMD) and onnxruntime-web, one thread, in turns; the floor that this machine's peak sets, and the distance
 * to it. `npm run bench -- engine node` leaves Chromium's worker out, `engine chromium` Node. Leaves engine.json and
 * engine.svg in results/.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@rivulet/inference/node';
import * as ort from 'onnxruntime-web/wasm';
import { chart } from './engine/chart.ts';
import { inChromium } from './engine/inChromium.ts';
import { type EngineTimes, measureEngine } from './engine/measure.ts';
import { figuresOf, flatten, printTimes } from './engine/report.ts';

const RESULTS = fileURLToPath(new URL('./results', import.meta.url));

export const PARTS = ['node', 'chromium'];

export async function bench(args: readonly string[]): Promise<Record<string, number>> {
  const all: EngineTimes[] = [];
  const wanted = (place: string): boolean => args.length === 0 || args.includes(place);
  if (wanted('node')) all.push(await measureEngine('Node', loadModel, ort));
  if (wanted('chromium')) all.push(await inChromium());
  all.forEach(printTimes);
  const figures = Object.assign({}, ...all.map(flatten)) as Record<string, number>;
  const [first] = all;
  await mkdir(RESULTS, { recursive: true });
  const machine = cpus()[0]?.model.trim() ?? 'unknown processor';
  const rounded = Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]);
  const json = JSON.stringify({ machine, ...Object.fromEntries(rounded) }, null, 1);
  await writeFile(`${RESULTS}/engine.json`, `${json}\n`);
  const title = `Times as fast as onnxruntime-web 1.30 float32, one thread, ${first!.where}, ${machine}`;
  await writeFile(`${RESULTS}/engine.svg`, chart(title, figuresOf(first!)));
  return figures;
}
