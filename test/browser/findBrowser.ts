/**
 * Finds a Chromium for the browser tests, so that `npm test` needs no instructions: an environment
 * variable, an installed Chrome or Chromium, Playwright's own, and only then an installation.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const FIXED = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** Flags that keep a test browser from looking for anything outside; `--no-sandbox` only where root needs it. */
export const BROWSER_FLAGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Path of a browser that is there now, or undefined. `CHROME_PATH` wins and must then exist. */
export function findBrowser(): string | undefined {
  const asked = process.env.CHROME_PATH;
  if (asked) {
    if (!runnable(asked)) throw new Error(`CHROME_PATH names no runnable file: ${asked}`);
    return asked;
  }
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...onPath, ...FIXED, chromium.executablePath()].find(runnable);
}

/** The same, installing Playwright's Chromium where none is found. Throws if that fails too. */
export function findOrInstallBrowser(): string {
  const found = findBrowser();
  if (found) return found;
  console.log('No Chrome or Chromium here; installing one for the browser tests.');
  const done = spawnSync('playwright', ['install', 'chromium-headless-shell', 'chromium'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const installed = findBrowser();
  if (done.status !== 0 || !installed) {
    throw new Error('No browser could be installed. Install Chrome or Chromium, or set CHROME_PATH to one.');
  }
  return installed;
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
