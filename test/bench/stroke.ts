/**
 * `npm run bench -- stroke`: milliseconds from the end of a stroke to the text of the word, in Chromium, through the
 * public recogniser and its worker: features, network, decoding, and both ways over the border. Real words of eight
 * letters by writers the model has not seen, as they grow stroke by stroke.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import sirv from 'sirv';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { realWords } from '../fixtures/realWords.ts';
import { buildPage } from './buildPage.ts';
import { servePage } from './servePage.ts';

const ROUNDS = 5;
/** CSS pixels. */
const HEIGHT = 60;

export async function bench(): Promise<Record<string, number>> {
  const words = realWords
    .filter(({ label }) => label.length === 8)
    .map(({ label, strokes }) => ({
      label,
      strokes: strokes.map(({ x, y }) => ({ x: x.map((v) => v * HEIGHT), y: y.map((v) => v * HEIGHT) })),
    }));
  const page = await buildPage('stroke');
  const models = sirv(fileURLToPath(new URL('../../models', import.meta.url)));
  const server = await servePage(page.folder, (request, response) => {
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    models(request, response);
    return true;
  });
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}stroke.html`);
    const { all, last, right } = await tab.evaluate(
      ({ words, rounds }) => window.measureStrokes(words, rounds),
      { words, rounds: ROUNDS },
    );
    console.log(`${words.length} words of eight letters, ${right} read rightly, ${all.length} strokes timed`);
    const figures: Record<string, number> = { words: words.length, right };
    for (const [name, times] of Object.entries({ 'any stroke': all, 'last stroke': last })) {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
      figures[`${name}, median ms`] = at(0.5);
      figures[`${name}, p95 ms`] = at(0.95);
      console.log(`${name.padEnd(12)} median ${at(0.5).toFixed(2)} ms, p95 ${at(0.95).toFixed(2)} ms`);
    }
    return figures;
  } finally {
    await browser.close();
    server.close();
    await page.dispose();
  }
}
