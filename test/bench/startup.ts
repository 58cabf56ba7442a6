/**
 * `npm run bench -- startup`: milliseconds to the first result where nothing is cached. From navigation, our
 * handwriting app as `npm start` serves it: a word is written the moment its surface is there, and the clock stops
 * when its text stands in the page. Then from `new Worker`, in an open page and in Node, our engine and
 * onnxruntime-web in turns on the same files, served compressed; and since starting a worker takes a third of our time
 * and a thread of Node more than our engine, also from the first line there. `npm run bench -- startup <app|worker|thread>` measures one of them.
 * Needs a build.
 */
import { chromium } from '@playwright/test';
import { serve } from '@rivulet/front/serve';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { placed, realWords } from '../fixtures/realWords.ts';
import { median } from './median.ts';
import { opened } from './servePage.ts';
import type { ThreadTimes } from './startup/freshThread.ts';
import { type ChromiumTimes, inChromium } from './startup/inChromium.ts';
import { inNode } from './startup/inNode.ts';
import type { Samples } from './startup/inTurns.ts';

const RUNS = 7;

export const PARTS = ['app', 'worker', 'thread'];

export async function bench(args: readonly string[]): Promise<Record<string, number>> {
  const wanted = (part: string): boolean => args.length === 0 || args.includes(part);
  return {
    ...(wanted('app') && (await app())),
    ...(wanted('worker') && reportWorkers(await inChromium())),
    ...(wanted('thread') && reportThreads(await inNode())),
  };
}

async function app(): Promise<Record<string, number>> {
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  const server = opened(await serve(0));
  const word = realWords.find(({ label }) => /^[a-z]{8}$/.test(label))!;
  const strokes = placed(word, { left: 60, top: 20, height: 56 });
  const times: FirstText[] = [];
  for (let run = 0; run < RUNS; run++) {
    // In a context of its own: no file, no database and no compiled code from the run before.
    const context = await browser.newContext();
    const tab = await context.newPage();
    await tab.addInitScript(writeWhenReady, strokes);
    await tab.goto(`${server.url}handwriting/`);
    const found = await tab.waitForFunction(() => window.firstText, null, { timeout: 60_000 });
    times.push((await found.jsonValue())!);
    await context.close();
  }
  await browser.close();
  server.close();
  const figures = {
    'app, navigation to surface, ms': median(times.map((time) => time.surface)),
    'app, navigation to first text, ms': median(times.map((time) => time.text)),
  };
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(44)} ${value.toFixed(0)}`);
  return figures;
}

function report(where: string, samples: Samples): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { name, times } of samples) {
    const [ours, theirs] = [median(times.fused), median(times.ort)];
    // What a machine does when left in peace: a thread that starts waits for several others, and busy moments hit it hardest.
    const quick = Math.min(...times.ort) / Math.min(...times.fused);
    const label = `${where}, ${name}`;
    figures[`${label}, ms`] = ours;
    figures[`${label}, onnxruntime-web, ms`] = theirs;
    figures[`${label}, ratio`] = theirs / ours;
    figures[`${label}, ratio of the fastest`] = quick;
    console.log(
      `${label.padEnd(44)} ${ours.toFixed(0)}, onnxruntime-web ${theirs.toFixed(0)}: ` +
        `${(theirs / ours).toFixed(1)}x (fastest ${quick.toFixed(1)}x)`,
    );
  }
  return figures;
}

function reportWorkers({ samples, empty }: ChromiumTimes): Record<string, number> {
  const figures = report('fresh worker in Chromium', samples);
  const boot = median(empty);
  const starting = 'starting a worker of Chromium';
  console.log(`${starting.padEnd(44)} ${boot.toFixed(0)} to its first line, whatever it does`);
  figures[`${starting}, ms`] = boot;
  for (const { name, times } of samples) {
    // By medians alone: a worker that does nothing is another one than each of these.
    const [ours, theirs] = [median(times.fused) - boot, median(times.ort) - boot];
    const label = `in Chromium from its first line, ${name}`;
    figures[`${label}, ms`] = ours;
    figures[`${label}, ratio`] = theirs / ours;
    console.log(
      `${label.padEnd(44)} ${ours.toFixed(0)}, onnxruntime-web ${theirs.toFixed(0)}: ${(theirs / ours).toFixed(1)}x`,
    );
  }
  return figures;
}

function reportThreads(samples: Samples<ThreadTimes>): Record<string, number> {
  const take = (milliseconds: (times: ThreadTimes) => number): Samples =>
    samples.map(({ name, times: { fused, ort } }) => ({
      name,
      times: { fused: fused.map(milliseconds), ort: ort.map(milliseconds) },
    }));
  const boot = median(
    samples.flatMap(({ times }) => [...times.fused, ...times.ort]).map((times) => times.boot),
  );
  const starting = 'starting a thread of Node';
  console.log(`${starting.padEnd(44)} ${boot.toFixed(0)} to its first line, whatever it does`);
  return {
    [`${starting}, ms`]: boot,
    ...report(
      'fresh thread of Node',
      take((times) => times.boot + times.work),
    ),
    ...report(
      'in Node from its first line',
      take((times) => times.work),
    ),
  };
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
