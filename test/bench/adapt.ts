/**
 * `npm run bench -- adapt [--json]`: seconds and memory to fine-tune the shipped recogniser on thirty real words, a
 * quarter of them held out, in a worker of Node and in one of Chromium, by method.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { createAdapter } from '@rivulet/training/adapt';
import sirv from 'sirv';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { realWords } from '../fixtures/realWords.ts';
import { type AdaptTimes, measureAdapting } from './adapt/measureAdapting.ts';
import { buildPage } from './buildPage.ts';
import { servePage } from './servePage.ts';

const models = fileURLToPath(new URL('../../models', import.meta.url));
const WORDS = 30;

export async function bench(): Promise<Record<string, number>> {
  const words = realWords.slice(0, WORDS).map(({ label, strokes }) => ({ label, ink: strokes }));
  const runs: readonly (readonly [where: string, times: AdaptTimes])[] = [
    ['Node', await measureAdapting(createAdapter, `${models}/handwriting-en`, words)],
    ['Chromium', await inChromium(words)],
  ];
  const figures: Record<string, number> = {};
  console.log(
    `${WORDS} words, a quarter of them held out; an epoch is its steps and the judgement after them\n`,
  );
  for (const [where, times] of runs) {
    for (const { method, seconds, steps, delta, megabytes } of times) {
      const epoch = seconds / times[0]!.epochs;
      figures[`${where} ${method} seconds an epoch`] = epoch;
      figures[`${where} ${method} seconds a step`] = seconds / steps;
      figures[`${where} ${method} kernel megabytes`] = megabytes;
      figures[`${method} delta bytes`] = delta;
      console.log(
        `${where.padEnd(9)} ${method.padEnd(8)} ${epoch.toFixed(2)} s an epoch   ${megabytes.toFixed(0)} MB of kernel memory` +
          `   delta ${(delta / 1000).toFixed(0)} kB`,
      );
    }
  }
  return figures;
}

async function inChromium(words: Parameters<typeof measureAdapting>[2]): Promise<AdaptTimes> {
  const page = await buildPage('adapt');
  const files = sirv(models);
  const server = await servePage(page.folder, (request, response) => {
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    files(request, response, () => void response.writeHead(404).end());
    return true;
  });
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}adapt.html`);
    await tab.waitForFunction(() => window.measureAdapting);
    return await tab.evaluate((words) => window.measureAdapting!('/models/handwriting-en/', words), words);
  } finally {
    await browser.close();
    server.close();
    await page.dispose();
  }
}
