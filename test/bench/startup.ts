/**
 * `npm run bench -- startup`: milliseconds from navigation to the first result in a browser that has nothing cached.
 * First our handwriting app as `npm start` serves it: a word is written the moment its surface is there, and the
 * clock stops when its text stands in the page. Then a page with nothing but a model of that size and one word of 90
 * steps, by our engine and by onnxruntime-web. Needs a build.
 */

import { type Browser, chromium, type Page } from '@playwright/test';
import { serve } from '@rivulet/front/serve';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { placed, realWords } from '../fixtures/realWords.ts';
import { stackBytes } from '../parity/graphs.ts';
import { buildPage } from './buildPage.ts';
import { opened, servePage } from './servePage.ts';

const RUNS = 7;
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!;

export async function bench(): Promise<Record<string, number>> {
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  try {
    return { ...(await app(browser)), ...(await engines(browser)) };
  } finally {
    await browser.close();
  }
}

/** Each time in a context of its own: no file, no database and no compiled code from the run before. */
async function cold<T>(browser: Browser, measure: (tab: Page) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext();
    results.push(await measure(await context.newPage()));
    await context.close();
  }
  return results;
}

async function app(browser: Browser): Promise<Record<string, number>> {
  const server = opened(await serve(0));
  const word = realWords.find(({ label }) => /^[a-z]{8}$/.test(label))!;
  const strokes = placed(word, { left: 60, top: 20, height: 56 });
  const times = await cold(browser, async (tab) => {
    await tab.addInitScript(writeWhenReady, strokes);
    await tab.goto(`${server.url}handwriting/`);
    const found = await tab.waitForFunction(() => window.firstText, null, { timeout: 60_000 });
    return found.jsonValue();
  });
  server.close();
  const figures = {
    'app, navigation to surface, ms': median(times.map((time) => time!.surface)),
    'app, navigation to first text, ms': median(times.map((time) => time!.text)),
  };
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(44)} ${value.toFixed(0)}`);
  return figures;
}

async function engines(browser: Browser): Promise<Record<string, number>> {
  const model = stackBytes({
    ...{ seed: 1, input: 6, dense: 81 },
    layers: [64, 128, 128].map((hidden) => ({ op: 'LSTM', hidden, direction: 'bidirectional' })),
  });
  const figures: Record<string, number> = {};
  for (const engine of ['fused', 'ort'] as const) {
    const page = await buildPage(engine);
    const server = await servePage(page.folder, (request, response) => {
      if (!request.url?.endsWith('/model.onnx')) return false;
      response.end(model);
      return true;
    });
    const times = await cold(browser, async (tab) => {
      await tab.goto(`${server.url}${engine}.html`);
      await tab.waitForFunction(() => window.figures ?? window.failure, null, { timeout: 60_000 });
      const { figures: time, failure } = await tab.evaluate(() => ({
        figures: window.figures,
        failure: window.failure,
      }));
      if (!time) throw new Error(failure);
      return time.navigation;
    });
    server.close();
    await page.dispose();
    const name = `engine ${engine}, navigation to first result, ms`;
    figures[name] = median(times);
    console.log(`${name.padEnd(44)} ${figures[name].toFixed(0)}`);
  }
  return figures;
}

interface FirstText {
  /** Milliseconds since navigation: the surface is there, and the text of what was written on it. */
  readonly surface: number;
  readonly text: number;
}

declare global {
  interface Window {
    firstText?: FirstText;
  }
}

/** Runs in the page, before its own scripts. */
function writeWhenReady(strokes: readonly (readonly number[])[]): void {
  let surfaceAt = 0;
  const look = (): void => {
    const surface = document.querySelector('[data-testid=ink-surface]');
    const text = document.querySelector('[data-testid=recognised-text]:not(.placeholder)');
    if (surface && surfaceAt === 0) {
      surfaceAt = performance.now();
      // Nobody is faster than the frame after the one that shows the surface.
      requestAnimationFrame(() => requestAnimationFrame(() => write(surface)));
    }
    if (text?.textContent) window.firstText = { surface: surfaceAt, text: performance.now() };
    else requestAnimationFrame(look);
  };
  const write = (surface: Element): void => {
    const { left, top } = surface.getBoundingClientRect();
    for (const points of strokes) {
      for (let p = 0; p < points.length; p += 2) {
        const type = p === 0 ? 'pointerdown' : 'pointermove';
        surface.dispatchEvent(pointer(type, left + points[p]!, top + points[p + 1]!));
      }
      surface.dispatchEvent(pointer('pointerup', left + points.at(-2)!, top + points.at(-1)!));
    }
  };
  const pointer = (type: string, clientX: number, clientY: number): PointerEvent =>
    new PointerEvent(type, {
      ...{ pointerId: 7, pointerType: 'pen', isPrimary: true, bubbles: true, cancelable: true },
      ...{ clientX, clientY, pressure: 0.5, buttons: type === 'pointerup' ? 0 : 1 },
    });
  requestAnimationFrame(look);
}
