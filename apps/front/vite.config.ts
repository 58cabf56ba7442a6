import { precompress } from '@rivulet/shell/build/precompress.ts';
import { themeAtOnce } from '@rivulet/shell/build/themeAtOnce.ts';
import { defineConfig } from 'vite';

/** The front page is plain HTML and the shell's tokens: nothing to wait for. */
export default defineConfig({
  base: './',
  plugins: [themeAtOnce(), precompress()],
  build: { outDir: 'dist', emptyOutDir: true, modulePreload: false },
});
