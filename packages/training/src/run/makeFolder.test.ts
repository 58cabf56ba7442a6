import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './makeFolder.ts';

const folder = mkdtempSync(join(tmpdir(), 'rivulet-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes a folder and those above it, and takes one that is there', () => {
  const deep = join(folder, 'a/b/c');
  for (let again = 0; again < 2; again++) makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

it('refuses by its name what can be no folder', () => {
  const [file, nowhere] = [join(folder, 'file'), join(folder, 'nowhere')];
  writeFileSync(file, 'text');
  symlinkSync(join(folder, 'gone'), nowhere);
  for (const path of [file, join(file, 'below'), nowhere]) {
    expect(() => makeFolder(path)).toThrow(
      expect.objectContaining({
        code: 'ARGUMENT',
        message: expect.stringContaining(path),
        details: { path },
      }),
    );
  }
  expect(existsSync(join(folder, 'gone'))).toBe(false);
});

/** In a process of its own, for who tries forever lets no test end. */
it.runIf(process.platform === 'linux')('gives up where the system lets nobody make a folder', () => {
  const module = new URL('./makeFolder.ts', import.meta.url).href;
  const script = `import { makeFolder } from '${module}';
    try { makeFolder('/proc/rivulet/run'); } catch ({ code, details }) { console.log(code, details.path); }`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  expect(String(ended.stdout)).toBe('ARGUMENT /proc/rivulet/run\n');
});
