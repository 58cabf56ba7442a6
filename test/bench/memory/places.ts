/** Where the memory bench runs: the same doing, and how to ask what is held afterwards. */
import { chromium } from '@playwright/test';
import { loadModel } from '@rivulet/inference/node';
import { BROWSER_FLAGS, findOrInstallBrowser } from '../../browser/findBrowser.ts';
import { buildPage } from '../buildPage.ts';
import { servePage } from '../servePage.ts';
import { heldBytes } from './heldBytes.ts';
import { type Holding, holding } from './holding.ts';
import { objectBytes } from './objectBytes.ts';
import { targetsHeldBytes } from './targetsHeldBytes.ts';

export interface Place extends Holding {
  readonly name: string;
  /** Of everything that takes part, after a collection. */
  held(): Promise<number>;
  /** The part of it that V8 does not keep for itself, where that can be told. */
  objects?(): Promise<number>;
  end(): Promise<void>;
}

/** @param files by name; what `open` and `cycle` are given is one of them */
export async function inNode(path: (file: string) => string): Promise<Place> {
  const here = holding(loadModel);
  return {
    ...here,
    open: (file, ...rest) => here.open(path(file), ...rest),
    cycle: (count, file, features) => here.cycle(count, path(file), features),
    name: 'Node',
    held: heldBytes,
    objects: objectBytes,
    end: async () => {},
  };
}

/** A page and its worker. */
export async function inChromium(bytes: (file: string) => Uint8Array | undefined): Promise<Place> {
  const page = await buildPage('memory');
  const server = await servePage(page.folder, (request, response) => {
    const file = bytes((request.url ?? '').slice(1));
    if (file) response.end(file);
    return file !== undefined;
  });
  const browser = await chromium.launch({ executablePath: findOrInstallBrowser(), args: BROWSER_FLAGS });
  const tab = await browser.newPage();
  const targets = await targetsHeldBytes(tab);
  await tab.goto(`${server.url}memory.html`);
  await tab.waitForFunction(() => 'holding' in window);
  return {
    name: 'Chromium',
    open: (...args) => tab.evaluate((args) => window.holding.open(...args), args),
    close: () => tab.evaluate(() => window.holding.close()),
    push: (...args) => tab.evaluate((args) => window.holding.push(...args), args),
    cycle: (...args) => tab.evaluate((args) => window.holding.cycle(...args), args),
    held: targets,
    async end() {
      await browser.close();
      server.close();
      await page.dispose();
    },
  };
}
