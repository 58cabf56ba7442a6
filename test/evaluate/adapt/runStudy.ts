/** Adapts to each case of a study by each way that is asked, and adds up what came of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdaptSettings, createAdapter } from '@rivulet/training/adapt';
import { type AdaptCase, type AdaptStudy, addSums, type Sums } from './adaptStudy.ts';

/** @returns figures by name, for `--json` */
export async function runStudy(
  name: string,
  { title, model, cases, figures, show }: AdaptStudy,
  ways: readonly AdaptSettings[],
): Promise<Record<string, number>> {
  console.log(`${name}: ${title}\n`);
  const shown = (sums: Sums): string =>
    Object.entries(figures(sums))
      .map(([figure, value]) => `${figure} ${show(figure, value)}`)
      .join('  ');
  const main = (sums: Sums): number => Object.values(figures(sums))[0]!;
  const before: Record<string, number> = {};
  const found = ways.map(() => ({ sums: {} as Record<string, number>, kept: 0, worse: 0, seconds: 0 }));
  for (const each of cases) {
    const base = await each.judge(model);
    addSums(before, base);
    console.log(`${each.name.padEnd(20)} ${'before'.padEnd(24)} ${shown(base)}`);
    for (const [i, way] of ways.entries()) {
      const { kept, seconds, sums } = await adapted(model, each, way);
      const all = found[i]!;
      addSums(all.sums, sums ?? base);
      all.seconds += seconds;
      all.kept += kept ? 1 : 0;
      all.worse += sums && main(sums) > main(base) ? 1 : 0;
      console.log(`${''.padEnd(20)} ${labelOf(way).padEnd(24)} ${sums ? shown(sums) : 'not kept'}`);
    }
  }
  console.log(`\n${'all'.padEnd(20)} ${'before'.padEnd(24)} ${shown(before)}`);
  const result: Record<string, number> = { [`${name} cases`]: cases.length };
  const put = (way: string, sums: Sums): void => {
    for (const [figure, value] of Object.entries(figures(sums))) result[`${name} ${way} ${figure}`] = value;
  };
  put('before', before);
  ways.forEach((way, i) => {
    const { sums, kept, worse, seconds } = found[i]!;
    put(labelOf(way), sums);
    result[`${name} ${labelOf(way)} kept`] = kept;
    result[`${name} ${labelOf(way)} worse`] = worse;
    result[`${name} ${labelOf(way)} seconds`] = seconds / cases.length;
    const about = `kept for ${kept}, worse for ${worse}, ${(seconds / cases.length).toFixed(1)} s each`;
    console.log(`${'all'.padEnd(20)} ${labelOf(way).padEnd(24)} ${shown(sums)}   ${about}`);
  });
  console.log('');
  return result;
}

/** Lets the model learn, and judges what came of it, if it was kept. */
async function adapted(
  model: string,
  { samples, judge }: AdaptCase,
  way: AdaptSettings,
): Promise<{ readonly kept: boolean; readonly seconds: number; readonly sums: Sums | undefined }> {
  const adapter = await createAdapter(model);
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-adapted-'));
  try {
    const { kept, seconds } = await adapter.adapt(samples, way);
    if (!kept) return { kept, seconds, sums: undefined };
    const { manifest, onnx } = await adapter.files();
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(folder, manifest.files.int8.path), onnx);
    return { kept, seconds, sums: await judge(folder) };
  } finally {
    adapter.dispose();
    await rm(folder, { recursive: true });
  }
}

function labelOf({ method, rank, learningRate }: AdaptSettings): string {
  return [method, rank && `rank ${rank}`, learningRate && `at ${learningRate}`].filter(Boolean).join(' ');
}
