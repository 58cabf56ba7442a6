/**
 * Milliseconds from `new Worker` to the first result, in a page that is open. Every sample has a browser of its own
 * with nothing cached, and nobody attached to it: whatever drives a browser has it note where each request came from,
 * which takes a worker 10 ms.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../../browser/findBrowser.ts';
import { buildPage } from '../buildPage.ts';
import { servePage } from '../servePage.ts';
import { COLD_CASES } from './coldCases.ts';
import { compressFiles } from './compressFiles.ts';
import { ENGINES, type EngineName, inTurns, type Samples } from './inTurns.ts';

const TIMEOUT_MS = 60_000;

export interface ChromiumTimes {
  readonly samples: Samples;
  /** Milliseconds from `new Worker` to the first line of a worker that does nothing. */
  readonly empty: readonly number[];
}

export async function inChromium(): Promise<ChromiumTimes> {
  const page = await buildPage('fresh');
  await compressFiles(page.folder);
  let said = (_figure: string): void => {};
  const server = await servePage(page.folder, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const [, index] = /^\/model(\d+)\.onnx/.exec(pathname) ?? [];
    if (pathname === '/first') {
      said(searchParams.get('result') ?? '');
      response.end();
      return true;
    }
    if (index === undefined) return false;
    const { bytes } = COLD_CASES[Number(index)]!;
    response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'application/octet-stream' });
    response.end(bytes);
    return true;
  });
  const first = async (engine: EngineName | 'none', index: number): Promise<number> => {
    const result = new Promise<string>((resolve) => {
      said = resolve;
    });
    const shape = COLD_CASES[index]!.shape.join();
    const browser = await opened(
      `${server.url}fresh.html?engine=${engine}&location=/model${index}.onnx&shape=${shape}`,
    );
    const time = await Promise.race([result, timeout()]);
    await browser.close();
    if (!(Number(time) > 0)) throw new Error(`${engine}: ${time}`);
    return Number(time);
  };
  try {
    const empty: number[] = [];
    const samples = await inTurns(async (engine, index) => {
      const begins = engine === ENGINES[0] && index === 0;
      if (begins) empty.push(await first('none', 0));
      return first(engine, index);
    });
    return { samples, empty };
  } finally {
    server.close();
    await page.dispose();
  }
}

/** A browser that shows a page and has never been used. */
async function opened(url: string): Promise<{ close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-browser-'));
  const flags = [...BROWSER_FLAGS, '--headless', `--user-data-dir=${folder}`, url];
  // A group of its own: what is installed may be a script that starts the browser.
  const browser = spawn(findOrInstallBrowser(), flags, { stdio: 'ignore', detached: true });
  return {
    async close() {
      const ended = new Promise((resolve) => browser.once('exit', resolve));
      process.kill(-browser.pid!, 'SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

const timeout = (): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(resolve, TIMEOUT_MS, `no result after ${TIMEOUT_MS} ms`).unref();
  });
