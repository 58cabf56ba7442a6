/**
 * `npm run bench -- border`: microseconds from the main thread to a worker and back, by a message of comlink and by
 * the rings, in an isolated page and in Node: 64 samples both ways, and `run` and a stream's `push` of a GRU 1x64 for one
 * step.
 */
import { Worker } from 'node:worker_threads';
import { chromium } from '@playwright/test';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { HostApi } from '../../packages/inference/src/worker/api.ts';
import { threadConnections } from '../../packages/inference/src/worker/testing/threadConnection.ts';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../browser/findBrowser.ts';
import { type BorderTimes, borderTimes } from './border/borderTimes.ts';
import { buildPage } from './buildPage.ts';
import { servePage } from './servePage.ts';

export async function bench(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const report = (name: string, value: number, unit: string): void => {
    figures[name] = value;
    console.log(`${name.padEnd(40)} ${value.toFixed(1).padStart(8)} ${unit}`);
  };
  for (const [where, times] of Object.entries({ Chromium: await inPage(), Node: await inNode() })) {
    for (const [way, time] of Object.entries(times)) report(`${where}, ${way}, us`, time, 'us');
    report(`${where}, ring against comlink`, times.comlink / times.ring, 'x');
    report(`${where}, run, ring against comlink`, times['run, comlink'] / times['run, ring'], 'x');
    for (const way of ['ring', 'comlink'] as const) {
      report(`${where}, ${way}, push against run`, times[`push, ${way}`] / times[`run, ${way}`], 'x');
    }
  }
  return figures;
}

async function inNode(): Promise<BorderTimes> {
  const thread = new Worker(new URL('./border/echoThread.ts', import.meta.url));
  const { threads, connect } = threadConnections();
  try {
    return await borderTimes(Comlink.wrap<HostApi>(nodeEndpoint(thread)) as unknown as HostApi, connect);
  } finally {
    await Promise.all([thread, ...threads].map((one) => one.terminate()));
  }
}

async function inPage(): Promise<BorderTimes> {
  const page = await buildPage('border');
  const server = await servePage(page.folder, (_request, response) => {
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    return false;
  });
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  try {
    const tab = await browser.newPage();
    await tab.goto(`${server.url}border.html`);
    await tab.waitForFunction(() => 'measureBorder' in window);
    return await tab.evaluate(() => window.measureBorder());
  } finally {
    await browser.close();
    server.close();
    await page.dispose();
  }
}
