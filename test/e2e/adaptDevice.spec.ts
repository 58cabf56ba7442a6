/** What the device says to a model that learns: a tab that is really hidden, and a battery that really runs low. */
import { expect, test } from '@playwright/test';
import { realWords } from '../fixtures/realWords.ts';
import { hasBatteries, RealBattery } from './adapt/realBattery.ts';
import { RealTabs, type Tab } from './adapt/realTabs.ts';
import { serveAdaptPage } from './adapt/serveAdaptPage.ts';

const words = realWords.slice(10, 20).map(({ label, strokes }) => ({ label, ink: strokes }));

let served: Awaited<ReturnType<typeof serveAdaptPage>>;
test.beforeAll(async () => {
  served = await serveAdaptPage();
});
test.afterAll(() => served.close());

/** A tab with a model, and `learn`, which tells its steps in `window.steps` and its result in `window.result`. */
async function learningTab(browser: RealTabs): Promise<Tab> {
  const tab = await browser.tab(served.url);
  await expect.poll(() => tab.run(() => 'adapting' in window, 0)).toBe(true);
  await tab.run(async (words) => {
    const adapter = await window.adapting.createAdapter('/models/handwriting-en/');
    window.learn = (epochs) => {
      window.steps = 0;
      window.result = undefined;
      const settings = { epochs, patience: epochs, margin: 0 };
      const onProgress = () => void window.steps++;
      void adapter
        .adapt(words, { ...settings, onProgress })
        .then(({ kept, stopped, steps, before, after }) => {
          window.result = { kept, stopped, steps, before: before.loss, after: after.loss };
        });
    };
  }, words);
  return tab;
}

declare global {
  interface Window {
    learn(epochs: number): void;
    steps: number;
    result: { kept: boolean; stopped: string; steps: number; before: number; after: number } | undefined;
  }
}

const learn = (tab: Tab, epochs: number) => tab.run((epochs) => window.learn(epochs), epochs);
const steps = (tab: Tab) => tab.run(() => window.steps, 0);
const result = (tab: Tab) => tab.run(() => window.result, 0);

test('a tab behind another stops, keeps the best so far, and goes on from it once it is seen', async () => {
  const browser = await RealTabs.open();
  try {
    const tab = await learningTab(browser);
    await learn(tab, 1000);
    await expect.poll(() => steps(tab)).toBeGreaterThan(3);
    const other = await browser.tab('about:blank');
    await expect.poll(() => result(tab)).toMatchObject({ kept: true, stopped: 'hidden' });
    const hidden = (await result(tab))!;
    expect(hidden.steps).toBeLessThan(1000);
    // Behind, it does not begin.
    await learn(tab, 2);
    await expect.poll(() => result(tab)).toMatchObject({ kept: false, stopped: 'hidden', steps: 0 });
    await tab.toFront();
    await learn(tab, 2);
    await expect.poll(() => result(tab)).toMatchObject({ stopped: 'done', steps: 2, before: hidden.after });
    expect(await other.run(() => document.visibilityState, 0)).toBe('hidden');
  } finally {
    await browser.close();
  }
});

test('a battery that runs low stops it, one that charges does not', async () => {
  test.skip(!hasBatteries(), 'this machine has no dbus-daemon, or no Python bindings to it');
  const battery = await RealBattery.open();
  const browser = await RealTabs.open(battery.environment);
  try {
    battery.set(15, 'charging');
    const tab = await learningTab(browser);
    const level = () =>
      tab.run(async () => {
        const { getBattery } = navigator as unknown as { getBattery(): Promise<{ level: number }> };
        return (await getBattery.call(navigator)).level;
      }, 0);
    await expect.poll(level).toBe(0.15);
    await learn(tab, 2);
    await expect.poll(() => result(tab)).toMatchObject({ stopped: 'done', steps: 2 });
    await learn(tab, 1000);
    await expect.poll(() => steps(tab)).toBeGreaterThan(1);
    battery.set(15, 'discharging');
    await expect.poll(() => result(tab)).toMatchObject({ stopped: 'battery' });
    battery.set(80, 'discharging');
    await expect.poll(level).toBe(0.8);
    await learn(tab, 2);
    await expect.poll(() => result(tab)).toMatchObject({ stopped: 'done', steps: 2 });
  } finally {
    await browser.close();
    await battery.close();
  }
});
