/**
 * Draws the PNG icons from the SVG ones with a headless Chromium. Run it after changing an SVG:
 * `node apps/handwriting/icons.ts` (CHROME_PATH names the browser, else `chromium`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ICONS = [
  { source: 'icon.svg', target: 'icon-192.png', size: 192 },
  { source: 'icon.svg', target: 'icon-512.png', size: 512 },
  { source: 'maskable.svg', target: 'maskable-512.png', size: 512 },
  { source: 'maskable.svg', target: 'apple-touch-180.png', size: 180 },
] as const;

const folder = fileURLToPath(new URL('./public/icons/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'icons-'));
try {
  for (const { source, target, size } of ICONS) {
    const svg = readFileSync(join(folder, source), 'utf8');
    const page = join(scratch, 'icon.html');
    writeFileSync(
      page,
      `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
    );
    const { status, stderr } = spawnSync(
      process.env.CHROME_PATH ?? 'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--hide-scrollbars',
        '--default-background-color=00000000',
        `--window-size=${size},${size}`,
        `--screenshot=${join(folder, target)}`,
        pathToFileURL(page).href,
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${target}: the browser failed\n${stderr}`);
    console.log(`${target} ${size} x ${size}`);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
